/**
 * Hears one cell event by event: for every moment of the gauge grid how many events lie before it, the digest of their times and sources
 * (the same as a run's events.arrow), and a digest of what they did; and of one stretch every event with what it did.
 *
 * What an event did is what recorder and tracer hear of it, and which adapters a tier evicted. References that
 * say nothing of what happens (the time a request takes alone, the time series) are left out.
 */
import type { Recorder, Tracer } from '../sim/recorder.ts';

/** What an event may do, with the numbers that come with it. Requests are named by their user, adapters by their number in the cell. */
export const EFFECTS = {
  refused: ['user', 'end_state'],
  /** Tier that held the adapter. */
  lookup: ['tier'],
  joined_load: [],
  load_ended: ['replica', 'adapter', 'from_tier', 'asked_ns'],
  copy_begins: ['replica', 'adapter', 'wait_ns', 'copy_ns'],
  /** Place: node of the disk, replica of host memory and GPU. */
  evicted: ['tier', 'place', 'adapter'],
  preempted: ['cohort'],
  /** The request is in this phase from now on (TRACE_PHASES). */
  phase: ['user', 'phase', 'replica', 'adapter'],
  first_token: ['user'],
  finished: ['user'],
  /** Steps of one batch came to their end. */
  batch: ['replica', 'steps', 'decoding', 'prefilling', 'prefill_tokens', 'adapters'],
} as const satisfies Record<string, readonly string[]>;
export type EffectName = keyof typeof EFFECTS;

export type LoggedEffect = readonly [name: EffectName, ...values: number[]];

export interface LoggedEvent {
  /** Events of the cell before it. */
  index: number;
  ns: number;
  /** Of the cell's sources; −1 for an arrival. */
  source: number;
  effects: LoggedEffect[];
}

export interface LoggedMark {
  ns: number;
  events: number;
  digest: number;
  /** 32 bits over what these events did. */
  did: number;
}

/** Columns of the engine's table of requests. */
export interface LoggedRequests {
  readonly user: ArrayLike<number>;
  readonly adapter: ArrayLike<number>;
  readonly replica: ArrayLike<number>;
}

export interface LoggedClock {
  /** When the event is that is under way. */
  readonly nowNs: number;
}

const NAMES = Object.keys(EFFECTS) as EffectName[];
const NUMBER_OF = Object.fromEntries(NAMES.map((name, number) => [name, number])) as Record<EffectName, number>;
/** By number of the effect: how many values come with it, six at most (`add`). */
const COUNTS = NAMES.map((name) => EFFECTS[name].length);

export class EventLog implements Recorder {
  readonly marks: LoggedMark[] = [];
  readonly events: LoggedEvent[] = [];
  readonly tracer: Tracer;
  private readonly fromNs: number;
  private readonly toNs: number;
  private requests: LoggedRequests | null = null;
  private clock: LoggedClock | null = null;
  private effects: LoggedEffect[] = [];
  private did = 0;
  private readonly float = new Float64Array(1);
  private readonly halves = new Int32Array(this.float.buffer);

  /** Keeps the events of [fromNs, toNs); none where they are the same. */
  constructor(fromNs = 0, toNs = 0) {
    this.fromNs = fromNs;
    this.toNs = toNs;
    this.tracer = {
      phase: (request, phase) => {
        const { user, adapter, replica } = this.requests!;
        if (phase !== 0) this.add('phase', user[request], phase, replica[request], adapter[request]);
      },
      batch: (replica, _start, _remainder, steps, _first, _growth, decoding, prefilling, tokens, adapters) =>
        this.add('batch', replica, steps, decoding, prefilling, tokens, adapters),
      load: (replica, adapter, _rank, fromTier, askedNs) => this.add('load_ended', replica, adapter, fromTier, askedNs),
      activation: (replica, adapter, _rank, waitNs, copyNs) =>
        this.add('copy_begins', replica, adapter, waitNs, copyNs),
    };
  }

  /** The table that requests of the tracer point into, and the cell's clock; before the first event. */
  attach(requests: LoggedRequests, clock: LoggedClock): void {
    this.requests = requests;
    this.clock = clock;
  }

  /** An event is over; `before`: events of the cell before it. */
  eventDone(ns: number, source: number, before: number): void {
    // Outside the stretch nothing was kept of it.
    if (ns < this.fromNs || ns >= this.toNs) return;
    this.events.push({ index: before, ns, source, effects: this.effects });
    this.effects = [];
  }

  /** A tier let go of an adapter; what the recorder hears of it does not say which. */
  left(tier: number, place: number, adapter: number): void {
    this.add('evicted', tier, place, adapter);
  }

  /** Hashes the effect; outside the stretch it leaves nothing else, so it takes its values one by one. */
  private add(name: EffectName, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0): void {
    const number = NUMBER_OF[name];
    const count = COUNTS[number];
    let h = this.did ^ number;
    if (count > 0) h = this.mix(h, a);
    if (count > 1) h = this.mix(h, b);
    if (count > 2) h = this.mix(h, c);
    if (count > 3) h = this.mix(h, d);
    if (count > 4) h = this.mix(h, e);
    if (count > 5) h = this.mix(h, f);
    this.did = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    const { nowNs } = this.clock!;
    if (nowNs >= this.fromNs && nowNs < this.toNs) this.effects.push([name, ...[a, b, c, d, e, f].slice(0, count)]);
  }

  private mix(h: number, value: number): number {
    this.float[0] = value;
    const low = Math.imul(h ^ this.halves[0], 0x9e3779b1);
    return Math.imul(low ^ (low >>> 15) ^ this.halves[1], 0x85ebca6b);
  }

  trail(events: number, digest: number, ns: number): void {
    this.marks.push({ ns, events, digest: digest >>> 0, did: this.did >>> 0 });
  }
  refused(_cohort: number, user: number, _arrivalNs: number, endState: number): void {
    this.add('refused', user, endState);
  }
  lookup(_cohort: number, tier: number): void {
    this.add('lookup', tier);
  }
  dedupJoin(): void {
    this.add('joined_load');
  }
  preempted(cohort: number): void {
    this.add('preempted', cohort);
  }
  firstToken(_cohort: number, user: number): void {
    this.add('first_token', user);
  }
  finished(_cohort: number, user: number): void {
    this.add('finished', user);
  }
  // The tracer and the tiers say the same with more words.
  arrival(): void {}
  loaded(): void {}
  activated(): void {}
  evicted(): void {}
  run(): void {}
  gap(): void {}
  gauges(): void {}
}
