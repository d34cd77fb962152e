/**
 * Revisions of adapters during a run: trained → registered → evaluating → prewarming → ready, and back by rollback.
 *
 * A request is pinned to the revision that is in use when it reaches its replica, and finishes on it. A revision that comes into
 * use leaves the bytes of the one before in every tier where they are: nothing drops them, they age out by the tier's own
 * policy, and the next request loads the new ones from where they are, at first the object store. So training interferes with
 * serving by the loads that it causes and by the room that stale bytes take. Records have one writer: while a revision of an adapter
 * is under way, no other is begun.
 *
 * Draws are keyed by (adapter, number of its revision), so that no draw depends on the order of events. After MinT (arXiv
 * 2605.13779), sections 2 and 4.3. Not simulated: the GPUs that train and evaluate, the writes of exports to the object store.
 */
import { RequestHeap } from '../batching/request-heap.ts';
import type { EventHeap } from '../events.ts';
import { invariant } from '../invariants.ts';
import type { BaseUpgrade } from './base-upgrade.ts';
import {
  ASKED,
  type LifecycleRecorder,
  OBSOLETE_EVENT,
  PUBLISHED,
  REFUSED,
  REGISTERED,
  REJECTED_EVENT,
  REPLACED,
  ROLLED_BACK_EVENT,
} from './recorder.ts';
import {
  BY_UPDATE,
  BY_UPGRADE,
  EVALUATING,
  OBSOLETE,
  PREWARMING,
  READY,
  REJECTED,
  Revisions,
  ROLLED_BACK,
  SUPERSEDED,
  TRAINING,
} from './revisions.ts';
import { Trial } from './trial.ts';
import type { UpdateLaw } from './updates/law.ts';

/** Keyed draws of a revision's fate, by adapter and number of the revision. */
export interface Fate {
  trainingNs(adapter: number, number: number): number;
  evaluationNs(adapter: number, number: number): number;
  passes(adapter: number, number: number): boolean;
  /** Time in use, without that while it was superseded, after which it is found bad; Infinity: never. */
  rollbackNs(adapter: number, number: number): number;
}

/** Moves a revision up before it is ready. */
export interface Prewarmer {
  /** Starts the loads; returns how many to wait for. `old` is the key in use. */
  start(key: number, old: number, nowNs: number): number;
}

export interface LifecycleParts {
  adapters: number;
  /** Nothing begins, ends or is rolled back from here on, ns; but a load under way may still make its revision ready in the drain. */
  durationNs: number;
  law: UpdateLaw;
  fate: Fate;
  prewarmer: Prewarmer | null;
  upgrade: BaseUpgrade | null;
  events: EventHeap;
  source: number;
  recorder: LifecycleRecorder | null;
}

export class Lifecycle {
  readonly revisions: Revisions;
  /** Called with each adapter whose revision in use changed. */
  onChange: ((adapter: number) => void) | null = null;
  /** The base that replicas run: 0, and 1 after its upgrade. */
  base = 0;
  readonly recorder: LifecycleRecorder | null;
  /** How often the tiers were asked to be sampled. */
  samples = 0;
  private readonly p: LifecycleParts;
  /** Revisions under way and rollbacks to come, by due time. */
  private readonly due = new RequestHeap(64);
  private sequence = 0;
  private readonly trial = new Trial();
  /** Loads that a prewarming revision waits for. */
  private readonly loads = new Map<number, number>();

  constructor(parts: LifecycleParts) {
    this.p = parts;
    this.recorder = parts.recorder;
    this.revisions = new Revisions(parts.adapters);
    this.schedule();
  }

  /** Key of the revision that a request of the adapter gets now; −1: none is for this base, the base alone serves it. */
  current(adapter: number): number {
    const key = this.revisions.current(adapter);
    return this.base === 0 || this.revisions.baseOf(key) === this.base ? key : -1;
  }

  adapterOf(key: number): number {
    return this.revisions.adapterOf(key);
  }

  /** Whether no request that arrives now would use these bytes. */
  isStale(key: number): boolean {
    return this.current(this.revisions.adapterOf(key)) !== key;
  }

  /** Pins a request that arrives: the key of its revision, −1 for the base alone. */
  pin(adapter: number, nowNs: number): number {
    const { revisions, recorder } = this;
    const key = this.current(adapter);
    if (key < 0) {
      recorder?.withoutAdapter(nowNs);
      return -1;
    }
    const n = key - revisions.adapters;
    if (n >= 0) invariant(revisions.state[n] === READY, 'INV-11', 'pin', revisions.state[n], READY);
    if (recorder !== null) {
      const latest = revisions.latest(adapter);
      const state = latest < 0 ? READY : revisions.state[latest];
      const behind = state === EVALUATING || state === PREWARMING;
      recorder.pinned(behind ? nowNs - revisions.registeredNs[latest] : -1, nowNs);
    }
    return key;
  }

  /** A request pinned to `key` finished, its first token at `firstNs`. */
  finished(key: number, tokens: number, firstNs: number, nowNs: number): void {
    const { revisions, recorder, p } = this;
    const adapter = revisions.adapterOf(key);
    const n = key - revisions.adapters;
    if (n >= 0 && Number.isNaN(revisions.servedNs[n])) {
      revisions.servedNs[n] = firstNs;
      recorder?.firstServed(firstNs - revisions.registeredNs[n], nowNs);
    }
    recorder?.served(this.current(adapter) === key, nowNs);
    if (nowNs >= p.durationNs || !p.law.served(adapter, tokens) || !this.mayTrain(adapter)) return;
    p.law.taken(adapter);
    this.train(adapter, BY_UPDATE, nowNs);
    this.schedule();
  }

  /** A load that prewarms the revision ended. */
  prewarmed(key: number, nowNs: number): void {
    const n = key - this.revisions.adapters;
    const left = this.loads.get(n);
    if (left === undefined) return;
    if (left > 1) {
      this.loads.set(n, left - 1);
      return;
    }
    this.loads.delete(n);
    this.publish(n, nowNs);
    this.schedule();
  }

  /** Everything due at `nowNs`: revisions under way first, so that a record's writer is done before the next one asks. */
  process(nowNs: number): void {
    const { law, upgrade } = this.p;
    for (;;) {
      if (this.due.topKey() <= nowNs) this.step(this.due.pop(), nowNs);
      else if (upgrade !== null && upgrade.nextNs <= nowNs) this.upgradeNext(upgrade, nowNs);
      else if (law.nextNs <= nowNs) {
        const { adapter } = law;
        law.advance();
        this.train(adapter, BY_UPDATE, nowNs);
      } else break;
    }
    this.schedule();
  }

  private schedule(): void {
    const { law, upgrade, events, source, durationNs } = this.p;
    let next = Math.min(this.due.topKey(), law.nextNs);
    if (upgrade !== null && upgrade.nextNs < next) next = upgrade.nextNs;
    events.schedule(source, next < durationNs ? next : Number.POSITIVE_INFINITY);
  }

  /** Whether the adapter's record has no writer, and a revision for this base to train from. */
  private mayTrain(adapter: number): boolean {
    const { revisions } = this;
    const latest = revisions.latest(adapter);
    const writing = latest >= 0 && revisions.state[latest] <= PREWARMING && revisions.base[latest] === this.base;
    return !writing && this.current(adapter) >= 0;
  }

  private train(adapter: number, cause: number, nowNs: number): void {
    const { revisions, p } = this;
    this.recorder?.event(ASKED, nowNs);
    const latest = revisions.latest(adapter);
    const writing = latest >= 0 && revisions.state[latest] <= PREWARMING;
    if (writing && revisions.base[latest] < this.base) this.drop(latest, nowNs);
    else if (writing || (cause === BY_UPDATE && this.current(adapter) < 0)) {
      this.recorder?.event(REFUSED, nowNs);
      return;
    }
    const n = revisions.open(adapter, cause, this.base, nowNs);
    const trainingNs = cause === BY_UPGRADE ? 0 : p.fate.trainingNs(adapter, revisions.number[n]);
    this.due.push(n, nowNs + trainingNs, this.sequence++);
  }

  /** What was due for a revision: the end of its training or evaluation, or its rollback. */
  private step(n: number, nowNs: number): void {
    const { revisions: r, p } = this;
    const adapter = r.adapter[n];
    const state = r.state[n];
    if (state === READY) {
      if (this.trial.ends(n, nowNs)) this.rollBack(n, nowNs);
    } else if (state > PREWARMING) {
      // Superseded before its rollback, or dropped.
    } else if (r.base[n] < this.base) {
      this.drop(n, nowNs);
    } else if (state === TRAINING) {
      r.state[n] = EVALUATING;
      r.registeredNs[n] = nowNs;
      this.recorder?.event(REGISTERED, nowNs);
      this.due.push(n, nowNs + p.fate.evaluationNs(adapter, r.number[n]), this.sequence++);
    } else if (p.fate.passes(adapter, r.number[n])) {
      r.evaluatedNs[n] = nowNs;
      r.state[n] = PREWARMING;
      const key = r.adapters + n;
      const wait = p.prewarmer === null ? 0 : p.prewarmer.start(key, r.current(adapter), nowNs);
      if (wait === 0) this.publish(n, nowNs);
      else this.loads.set(n, wait);
    } else {
      r.evaluatedNs[n] = nowNs;
      this.end(n, REJECTED, REJECTED_EVENT, nowNs);
      if (r.cause[n] === BY_UPGRADE) p.upgrade!.again(adapter, nowNs);
    }
  }

  /** From now on requests get the revision. */
  private publish(n: number, nowNs: number): void {
    const { revisions: r, p } = this;
    if (r.state[n] !== PREWARMING) return;
    if (r.base[n] < this.base) {
      this.drop(n, nowNs);
      return;
    }
    const adapter = r.adapter[n];
    const old = r.current(adapter) - r.adapters;
    if (old >= 0) {
      this.end(old, SUPERSEDED, REPLACED, nowNs);
      this.trial.pause(old, nowNs);
    }
    r.state[n] = READY;
    r.readyNs[n] = nowNs;
    r.use(r.adapters + n);
    this.recorder?.event(PUBLISHED, nowNs);
    this.recorder?.published(nowNs - r.registeredNs[n], nowNs);
    this.findBad(n, this.trial.begin(n, p.fate.rollbackNs(adapter, r.number[n]), nowNs));
    if (this.onChange !== null) this.onChange(adapter);
  }

  private findBad(n: number, badNs: number): void {
    if (badNs < this.p.durationNs) this.due.push(n, badNs, this.sequence++);
  }

  /**
   * Back to the revision that this one was trained from, or to the last before it that was not rolled back itself. Where that
   * is of an old base there is nothing to go back to, and this one stays.
   */
  private rollBack(n: number, nowNs: number): void {
    const { revisions: r } = this;
    let key = r.parent[n];
    while (key >= r.adapters && r.state[key - r.adapters] === ROLLED_BACK) key = r.parent[key - r.adapters];
    if (r.baseOf(key) !== this.base) return;
    this.end(n, ROLLED_BACK, ROLLED_BACK_EVENT, nowNs);
    const restored = key - r.adapters;
    if (restored >= 0) {
      invariant(r.state[restored] === SUPERSEDED, 'INV-13', 'rollback', r.state[restored], SUPERSEDED);
      r.state[restored] = READY;
      r.endedNs[restored] = Number.NaN;
      this.findBad(restored, this.trial.resume(restored, nowNs));
    }
    r.use(key);
    if (this.onChange !== null) this.onChange(r.adapter[n]);
  }

  private upgradeNext(upgrade: BaseUpgrade, nowNs: number): void {
    const adapter = upgrade.adapter;
    upgrade.advance();
    // The first moment is the upgrade itself: no revision there is is for the new base.
    if (adapter < 0) {
      this.base = 1;
      return;
    }
    this.train(adapter, BY_UPGRADE, nowNs);
  }

  private drop(n: number, nowNs: number): void {
    this.loads.delete(n);
    this.end(n, OBSOLETE, OBSOLETE_EVENT, nowNs);
  }

  private end(n: number, state: number, event: number, nowNs: number): void {
    this.revisions.state[n] = state;
    this.revisions.endedNs[n] = nowNs;
    this.recorder?.event(event, nowNs);
  }
}
