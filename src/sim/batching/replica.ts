/**
 * One replica: continuous batching with jump-ahead.
 *
 * Between two changes of the batch nothing happens that the closed form of a decode run does not know, so the replica has
 * one pending event: the step boundary where its batch changes next (a request finishes, a chunk of prefill is done, memory
 * runs out, an attention window saturates, or something arrived that can join). The plain step-by-step oracle in test/ must
 * agree with it to the nanosecond.
 *
 * Batch formation follows vLLM V1: decode first, then prefill chunks in the order of admission up to `max_batch_tokens`;
 * requests start in scheduling order, a request that cannot get a slot is skipped (up to `skip_window` of them), one that
 * does not fit into KV memory holds the line. Simplifications: a request's prompt reserves its KV blocks at admission, and
 * the request preempted when memory runs out is the one that arrived last.
 *
 * The class is what the cell sees. What happens to its state stands in a file of its own each: how requests come to wait
 * (waiting.ts), who starts (admission.ts), adapters in GPU slots (adapter-slots.ts), blocks (block-pool.ts, preemption.ts),
 * the running sums of the batch (membership.ts), planning a step or run and completing it (step-planning.ts,
 * step-completion.ts). They are functions over one state of one shape, which keeps the hot path monomorphic.
 */
import { keepOnGpu, prefetchGpu, prefetchHost, preloadGpu, processActivations } from './adapter-slots.ts';
import { admit, breakDeadlock, gateOpen } from './admission.ts';
import { adapterEvicted, blocksOfAdapters } from './block-pool.ts';
import { abortExpired } from './early-abort.ts';
import { endHold, hold, mayBuild, wakeToBuild } from './engine-builds.ts';
import { FORMING, HOLDING, ReplicaState, RUNNING, WOKEN } from './replica-state.ts';
import { completeSteps } from './step-completion.ts';
import { startSteps } from './step-planning.ts';
import { askAgain, enqueue, load, refuseUnready, sleepUntilPoll, stopWaiting } from './waiting.ts';

export class Replica extends ReplicaState {
  /** A request was routed here. Returns the tier that held its adapter (recorder numbering; 3 where it has none). */
  arrive(request: number, nowNs: number): number {
    const { t } = this;
    const adapter = t.adapter[request];
    t.prefillTotal[request] = t.prompt[request];
    t.prefillLeft[request] = t.prompt[request];
    const tier = adapter < 0 ? 3 : this.tierOf(adapter);
    t.lookupTier[request] = tier;
    if (tier >= 2) enqueue(this, request, nowNs);
    else if (this.limits.refuseUnready) refuseUnready(this, request, nowNs);
    else load(this, request, nowNs);
    return tier;
  }

  /** The highest tier that holds an adapter now (recorder numbering). */
  tierOf(adapter: number): number {
    if (this.gpu.find(adapter) >= 0) return 3;
    const entry = this.host.find(adapter);
    if (entry >= 0 && this.loader.loading[entry] === 0) return 2;
    return this.loader.storageTier(adapter);
  }

  /** Called by the loader: the adapter of these requests is in host memory. */
  adapterReady(waiters: number, entry: number, nowNs: number): void {
    const { t } = this;
    let request = waiters;
    if (request >= 0) {
      t.hostEntry[request] = entry;
      t.usedHost[request] = 1;
    }
    while (request >= 0) {
      const following = t.next[request];
      t.next[request] = -1;
      stopWaiting(this, request, nowNs);
      enqueue(this, request, nowNs);
      request = following;
    }
    if (this.askingAgain.length > 0) askAgain(this, nowNs);
  }

  /** The replica's own event: the step or run under way ends, or an idle replica was woken. */
  process(nowNs: number): void {
    const { mode } = this;
    this.mode = FORMING;
    if (this.p.activation.nextNs() <= nowNs) processActivations(this, nowNs);
    if (mode === HOLDING) {
      endHold(this, nowNs);
    } else {
      if (mode === WOKEN) this.run.restart(nowNs);
      else completeSteps(this, nowNs);
      if (mode !== WOKEN && this.limits.idlePollNs > 0 && this.running + this.activating === 0) {
        sleepUntilPoll(this, nowNs);
        return;
      }
      if (this.loader.awaitingEngine.length > 0 && mayBuild(this, nowNs)) {
        hold(this, nowNs);
        return;
      }
    }
    if (gateOpen(this)) {
      if (nowNs >= this.nextAbortNs) abortExpired(this, nowNs);
      if (this.steps >= this.peakRetryStep || nowNs >= this.nextRuleNs) this.admissionDirty = true;
      if (this.admissionDirty) {
        admit(this, nowNs);
        breakDeadlock(this, nowNs);
      }
    }
    startSteps(this, nowNs);
  }

  /** Called by the loader: an adapter was fetched that the engine builds itself. */
  adapterFetched(nowNs: number): void {
    wakeToBuild(this, nowNs);
  }

  /** KV blocks in use just before `nowNs`, with those that the run under way has filled so far. */
  usedBlocks(nowNs: number): number {
    const { kv } = this;
    const used = kv.totalBlocks - kv.freeBlocks;
    if (this.mode !== RUNNING || this.plannedSteps === 1) return used;
    return used + kv.blocksNeeded(this.steps, this.run.stepsUntil(nowNs) - 1);
  }

  /** Pins of a slot that no request holds, for the audit: a prefetch's, and one for good. */
  ownPins(slot: number): number {
    return this.prefetched[slot] + this.kept[slot];
  }

  /** Slots that are pinned and that no request uses. */
  get idlePins(): number {
    let idle = 0;
    for (const slot of this.keptSlots) if (this.gpu.pins[slot] === 1) idle++;
    return idle;
  }

  /**
   * Copies to the GPU that are complete. A replica that runs looks for itself at its boundaries; the cell calls where it is idle
   * or where a prefetch is under way.
   */
  processActivations(nowNs: number): void {
    processActivations(this, nowNs);
  }

  /** Puts an adapter into the GPU tier (start states). Returns false where it is full. */
  preloadGpu(adapter: number, rankClass: number): boolean {
    return preloadGpu(this, adapter, rankClass);
  }

  /** Puts an adapter into the GPU tier for good (start states). Returns false where it does not fit. */
  keepOnGpu(adapter: number, rankClass: number): boolean {
    return keepOnGpu(this, adapter, rankClass);
  }

  /** Starts a load into host memory that nobody waits for yet. False where it is there or cannot start now. */
  prefetchHost(adapter: number, rankClass: number, nowNs: number): boolean {
    return prefetchHost(this, adapter, rankClass, nowNs);
  }

  /** Starts the copy of an adapter into an idle slot, or its load into host memory where it is not there. */
  prefetchGpu(adapter: number, rankClass: number, nowNs: number): boolean {
    return prefetchGpu(this, adapter, rankClass, nowNs);
  }

  /** The GPU tier evicted an adapter: a unified pool gets its blocks back. */
  adapterEvicted(rankClass: number): void {
    adapterEvicted(this, rankClass);
  }

  /** KV blocks that resident adapters hold (unified pool), for the audit. */
  blocksOfAdapters(): number {
    return blocksOfAdapters(this);
  }
}
