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
 */
import type { StepCost } from '../cost/step-cost.ts';
import { COST_PARTS, TICKS_PER_NS } from '../cost/step-cost.ts';
import { invariant } from '../invariants.ts';
import {
  type Recorder,
  TRACE_ADAPTER_WAIT,
  TRACE_DECODE,
  TRACE_PREFILL,
  TRACE_QUEUE,
  type Tracer,
} from '../recorder.ts';
import type { ActivationLink } from '../residency/activation.ts';
import { LOAD_JOINED, LOAD_REFUSED, type Loader } from '../residency/loader.ts';
import type { Tier } from '../residency/tier.ts';
import type { SchedulingPolicy } from '../scheduling/policy.ts';
import { BatchAdapters } from './batch-adapters.ts';
import { DecodeRun } from './decode-run.ts';
import type { KvCache } from './kv-cache.ts';
import { RequestHeap } from './request-heap.ts';
import { ACTIVATING, DECODING, LOADING, PREFILLING, QUEUED, type RequestTable } from './request-table.ts';
import { WaitingQueue } from './waiting-queue.ts';

export interface ReplicaLimits {
  maxBatch: number;
  maxBatchTokens: number;
  maxAdaptersPerBatch: number;
  chunkedPrefill: boolean;
  skipWindow: number;
  swap: boolean;
  blockingActivation: boolean;
}

export interface ReplicaParts {
  number: number;
  limits: ReplicaLimits;
  table: RequestTable;
  cost: StepCost;
  kv: KvCache;
  gpu: Tier;
  host: Tier;
  loader: Loader;
  activation: ActivationLink;
  scheduling: SchedulingPolicy;
  ranks: readonly number[];
  /** Unified pool: KV blocks an adapter of each rank class occupies; null with a static split. */
  adapterBlocks: Int32Array | null;
  /** Host → GPU copy by rank class, ns; swap traffic, ns per KV block. */
  copyNs: Float64Array;
  gpuBytes: Float64Array;
  swapNsPerBlock: number;
  recorder: Recorder;
  /** Tells the cell when the replica's next event is due (Infinity: idle). */
  schedule(ns: number): void;
  /** A request left the replica: `endState` as in recorder END_STATES (0 finished). */
  ended(request: number, endState: number, nowNs: number): void;
}

const IDLE = 0;
/** A decode run, or a single mixed step (prefill chunks with or without decoding requests). */
const RUNNING = 1;
/** Woken while idle: the batch forms when all co-timed arrivals are in. */
const WOKEN = 2;
/** Between a boundary and the next plan: what is put back now must not cut a run that no longer exists. */
const FORMING = 3;

const PART_BASE = 0;
const PART_ATTENTION = 1;
const PART_LORA = 2;
const PART_COLLECTIVE = 3;
const PART_LAUNCH = 4;
const PART_STALL = 5;

export class Replica {
  readonly waiting: WaitingQueue;
  readonly decoders: Int32Array;
  decoding = 0;
  readonly prefilling: Int32Array;
  prefillCount = 0;
  /** Requests that hold a place in the batch while their adapter is copied. */
  activating = 0;
  readonly kv: KvCache;
  readonly gpu: Tier;
  readonly host: Tier;
  readonly loader: Loader;
  /** Engine steps in which the decoding requests advanced. */
  steps = 0;
  /** KV tokens that the next step attends in full layers, and in windowed layers with each context cut at the window. */
  attended = 0;
  attendedWindowed = 0;
  readonly slotActive: Uint8Array;
  private readonly p: ReplicaParts;
  /** Null unless a window of the run is traced. */
  private readonly tracer: Tracer | null;
  private readonly t: RequestTable;
  private readonly cost: StepCost;
  private readonly limits: ReplicaLimits;
  private readonly adapters: BatchAdapters;
  private readonly run = new DecodeRun();
  private readonly finishing: RequestHeap;
  private readonly saturating: RequestHeap;
  private growing = 0;
  private mode = IDLE;
  private plannedSteps = 0;
  private stepHasPrefill = false;
  /** Decoding requests do not advance in a prefill-only step. */
  private stepDecodes = false;
  private admissionDirty = false;
  private kvBlocked = false;
  private stallTicks = 0;
  private lastDecodeNs = 0;
  /** Chunk of each prefilling request in the step under way (0: none). */
  private readonly chunks: Int32Array;
  private readonly slotWaiters: Int32Array;
  /** 1: the copy into this slot is a prefetch, which pins it until it is complete. */
  private readonly prefetched: Uint8Array;
  /** Most adapters that may be pinned at once. */
  private readonly slotLimit: number;
  /** Cost parts of the first planned step, and of the whole run as it is recorded. */
  private readonly stepParts = new Float64Array(COST_PARTS.length);
  private readonly runParts = new Float64Array(COST_PARTS.length);
  /** Since the last decode step something made the next gaps unequal: a prefill-only step or a swap-in. */
  private held = false;

  constructor(parts: ReplicaParts) {
    const { limits, gpu } = parts;
    this.p = parts;
    this.tracer = parts.recorder.tracer ?? null;
    this.t = parts.table;
    this.waiting = new WaitingQueue(parts.table);
    this.slotLimit = Math.min(limits.maxAdaptersPerBatch, gpu.entries);
    this.cost = parts.cost;
    this.limits = limits;
    this.kv = parts.kv;
    this.gpu = gpu;
    this.host = parts.host;
    this.loader = parts.loader;
    this.decoders = new Int32Array(limits.maxBatch);
    this.prefilling = new Int32Array(limits.maxBatch);
    this.chunks = new Int32Array(limits.maxBatch);
    this.finishing = new RequestHeap(limits.maxBatch);
    this.saturating = new RequestHeap(parts.cost.window === Number.POSITIVE_INFINITY ? 1 : limits.maxBatch);
    this.adapters = new BatchAdapters(gpu.entries, parts.ranks);
    this.slotActive = new Uint8Array(gpu.entries);
    this.slotWaiters = new Int32Array(gpu.entries).fill(-1);
    this.prefetched = new Uint8Array(gpu.entries);
  }

  get running(): number {
    return this.decoding + this.prefillCount;
  }

  get busy(): boolean {
    return this.mode !== IDLE;
  }

  /** A request was routed here. Returns the tier that held its adapter (recorder numbering; 3 where it has none). */
  arrive(request: number, nowNs: number): number {
    const { t, gpu, host } = this;
    const adapter = t.adapter[request];
    t.prefillTotal[request] = t.prompt[request];
    t.prefillLeft[request] = t.prompt[request];
    let tier = 3;
    if (adapter >= 0 && gpu.find(adapter) < 0) {
      const entry = host.find(adapter);
      if (entry >= 0 && this.loader.loading[entry] === 0) {
        tier = 2;
      } else {
        tier = this.loader.storageTier(adapter);
        t.lookupTier[request] = tier;
        this.load(request, nowNs);
        return tier;
      }
    }
    t.lookupTier[request] = tier;
    this.enqueue(request, nowNs);
    return tier;
  }

  /** Called by the loader: the adapter of these requests is in host memory. */
  adapterReady(waiters: number, entry: number, nowNs: number): void {
    const { t } = this;
    let request = waiters;
    if (request >= 0) t.hostEntry[request] = entry;
    while (request >= 0) {
      const following = t.next[request];
      t.next[request] = -1;
      this.stopWaiting(request, nowNs);
      this.enqueue(request, nowNs);
      request = following;
    }
  }

  /**
   * Copies to the GPU that are complete. A replica that runs looks for itself at its boundaries; the cell calls where it is idle
   * or where a prefetch is under way.
   */
  processActivations(nowNs: number): void {
    const { t } = this;
    for (;;) {
      const slot = this.p.activation.takeDone(nowNs);
      if (slot < 0) return;
      this.slotActive[slot] = 1;
      const { doneNs } = this.p.activation;
      if (this.prefetched[slot] === 1) this.prefetchDone(slot, nowNs);
      let request = this.slotWaiters[slot];
      this.slotWaiters[slot] = -1;
      while (request >= 0) {
        const following = t.next[request];
        t.next[request] = -1;
        this.activating--;
        this.stopWaiting(request, doneNs);
        this.enqueue(request, nowNs);
        request = following;
      }
    }
  }

  /** A prefetched adapter lets go of its slot: whoever waited for a slot or for memory may start. */
  private prefetchDone(slot: number, nowNs: number): void {
    this.prefetched[slot] = 0;
    this.p.activation.unwatch();
    this.gpu.unpin(slot);
    this.admissionDirty = true;
    this.kvBlocked = false;
    if (this.waiting.size > 0) this.wake(nowNs, -1);
  }

  /** The replica's own event: the step or run under way ends, or an idle replica was woken. */
  process(nowNs: number): void {
    const woken = this.mode === WOKEN;
    this.mode = FORMING;
    if (this.p.activation.nextNs() <= nowNs) this.processActivations(nowNs);
    if (woken) this.run.restart(nowNs);
    else this.completeSteps(nowNs);
    if (this.admissionDirty) {
      this.admit(nowNs);
      this.breakDeadlock(nowNs);
    }
    this.startSteps(nowNs);
  }

  /** Puts an adapter into the GPU tier (start states). Returns false where it is full. */
  preloadGpu(adapter: number, rankClass: number): boolean {
    if (this.gpu.used === this.gpu.entries || !this.takeAdapterBlocks(rankClass)) return false;
    const slot = this.gpu.insert(adapter, rankClass);
    if (slot < 0) return false;
    this.slotActive[slot] = 1;
    return true;
  }

  /** Starts a load into host memory that nobody waits for yet. False where it is there or cannot start now. */
  prefetchHost(adapter: number, rankClass: number, nowNs: number): boolean {
    if (this.host.find(adapter) >= 0 || this.loader.isLoading(adapter) || !this.loader.hasRoom) return false;
    this.loader.ask(adapter, rankClass, -1, nowNs);
    return true;
  }

  /** Starts the copy of an adapter into an idle slot, or its load into host memory where it is not there. */
  prefetchGpu(adapter: number, rankClass: number, nowNs: number): boolean {
    const { gpu, host, loader } = this;
    if (gpu.find(adapter) >= 0) return false;
    const entry = host.find(adapter);
    if (entry < 0 || loader.loading[entry] === 1) return this.prefetchHost(adapter, rankClass, nowNs);
    if (this.limits.blockingActivation || gpu.pinned >= this.limits.maxAdaptersPerBatch) return false;
    if (!this.takeAdapterBlocks(rankClass)) return false;
    const slot = gpu.insert(adapter, rankClass);
    if (slot < 0) {
      this.adapterEvicted(rankClass);
      return false;
    }
    host.touch(entry);
    this.activate(slot, rankClass, nowNs, true);
    if (this.slotActive[slot] === 0) {
      gpu.pin(slot);
      this.prefetched[slot] = 1;
    }
    return true;
  }

  /** The GPU tier evicted an adapter: a unified pool gets its blocks back. */
  adapterEvicted(rankClass: number): void {
    if (this.p.adapterBlocks !== null) this.kv.freeBlocks += this.p.adapterBlocks[rankClass];
  }

  /** KV blocks that resident adapters hold (unified pool), for the audit. */
  blocksOfAdapters(): number {
    const { adapterBlocks } = this.p;
    if (adapterBlocks === null) return 0;
    let blocks = 0;
    for (let slot = 0; slot < this.gpu.entries; slot++) {
      if (this.gpu.adapterAt(slot) >= 0) blocks += adapterBlocks[this.gpu.classAt(slot)];
    }
    return blocks;
  }

  /** KV blocks in use just before `nowNs`, with those that the run under way has filled so far. */
  usedBlocks(nowNs: number): number {
    const { kv } = this;
    const used = kv.totalBlocks - kv.freeBlocks;
    if (this.mode !== RUNNING || this.plannedSteps === 1) return used;
    return used + kv.blocksNeeded(this.steps, this.run.stepsUntil(nowNs) - 1);
  }

  /** 1 where a prefetch pins the slot, for the audit. */
  prefetchPins(slot: number): number {
    return this.prefetched[slot];
  }

  /** Asks the loader for the request's adapter and makes the request wait for it; refuses it where the queue is full. */
  private load(request: number, nowNs: number): void {
    const { t } = this;
    t.state[request] = LOADING;
    this.startWaiting(request, nowNs);
    const outcome = this.loader.ask(t.adapter[request], t.rankClass[request], request, nowNs);
    if (outcome === LOAD_JOINED) this.p.recorder.dedupJoin(t.cohort[request]);
    else if (outcome === LOAD_REFUSED) this.p.ended(request, 2, nowNs);
  }

  /** From now on it waits for its adapter, unless it does already. */
  private startWaiting(request: number, nowNs: number): void {
    const { t } = this;
    if (t.waitingSinceNs[request] >= 0) return;
    t.waitingSinceNs[request] = nowNs;
    if (this.tracer !== null) this.tracer.phase(request, TRACE_ADAPTER_WAIT, nowNs);
  }

  private stopWaiting(request: number, nowNs: number): void {
    const { t } = this;
    const since = t.waitingSinceNs[request];
    if (since < 0) return;
    // What a preempted request waits for its adapter again is no part of the time before its start.
    if (t.startNs[request] < 0) t.adapterWaitNs[request] += nowNs - since;
    t.waitingSinceNs[request] = -1;
    if (this.tracer !== null) this.tracer.phase(request, TRACE_QUEUE, nowNs);
  }

  private enqueue(request: number, nowNs: number): void {
    const { t } = this;
    t.state[request] = QUEUED;
    if (this.tracer !== null) this.tracer.phase(request, TRACE_QUEUE, nowNs);
    this.waiting.push(request, this.keyOf(request));
    this.admissionDirty = true;
    this.wake(nowNs, request);
  }

  /** Lets the batch form anew as soon as it can: at once where the replica is idle, else at the next step boundary. */
  private wake(nowNs: number, request: number): void {
    if (this.mode === IDLE) {
      this.mode = WOKEN;
      this.p.schedule(nowNs);
    } else if (this.mode === RUNNING && !this.stepHasPrefill && this.plannedSteps > 1) {
      this.interrupt(nowNs, request);
    }
  }

  /** Cuts the decode run at the next step boundary if the newcomer could start there. */
  private interrupt(nowNs: number, request: number): void {
    if (this.running + this.activating >= this.limits.maxBatch) return;
    if (this.kvBlocked && !this.waiting.isFirstReady(request)) return;
    if (request >= 0 && this.t.adapter[request] >= 0 && this.t.slot[request] < 0 && this.isStarved(request)) return;
    const steps = this.run.stepsUntil(nowNs);
    if (steps >= this.plannedSteps) return;
    this.plannedSteps = steps;
    this.p.schedule(this.run.boundaryNs(steps));
  }

  // ── Ending a step or run ──────────────────────────────────────────────────────────────────────────────────────────

  private completeSteps(nowNs: number): void {
    const k = this.plannedSteps;
    this.recordSteps(k, nowNs);
    if (this.stepDecodes) {
      const { kv, decoding } = this;
      kv.freeBlocks -= kv.blocksNeeded(this.steps, k);
      // Kept a 32-bit integer: residues of it are taken at every join and leave.
      this.steps = (this.steps + k) | 0;
      this.attended += k * decoding;
      this.attendedWindowed += k * this.growing;
      this.lastDecodeNs = nowNs;
    }
    this.run.advance(k);
    this.stallTicks = 0;
    if (this.stepDecodes) {
      while (this.finishing.topKey() === this.steps) this.finish(this.finishing.pop(), nowNs);
      while (this.saturating.topKey() <= this.steps) {
        this.saturating.pop();
        this.growing--;
      }
    }
    if (this.stepHasPrefill) this.completePrefill(nowNs);
  }

  private recordSteps(k: number, nowNs: number): void {
    const { run, p, decoding, runParts, stepParts } = this;
    for (let part = 0; part < runParts.length; part++) runParts[part] = k * stepParts[part];
    runParts[PART_ATTENTION] += run.ticks(k) - k * run.first;
    if (this.tracer !== null) this.traceSteps(k, this.tracer);
    if (!this.stepDecodes || !this.held) {
      p.recorder.run(p.number, k, this.stepDecodes ? decoding : 0, run.first, run.growth, runParts, nowNs);
      if (!this.stepDecodes && decoding > 0) this.held = true;
      return;
    }
    // The first gaps after prefill-only steps or a swap-in differ from request to request: each is recorded by itself.
    p.recorder.run(p.number, 1, 0, run.first, 0, runParts, nowNs);
    for (let i = 0; i < decoding; i++) {
      const request = this.decoders[i];
      const since = this.t.joinStep[request] === this.steps ? this.t.lastTokenNs[request] : this.lastDecodeNs;
      p.recorder.gap((nowNs - since) * TICKS_PER_NS, 1);
    }
    this.held = false;
  }

  private traceSteps(k: number, tracer: Tracer): void {
    const { run } = this;
    const prefilling = this.stepHasPrefill ? this.prefillCount : 0;
    let prefillTokens = 0;
    for (let i = 0; i < prefilling; i++) prefillTokens += this.chunks[i];
    tracer.batch(
      this.p.number,
      run.anchorNs,
      run.remainder,
      k,
      run.first,
      run.growth,
      this.stepDecodes ? this.decoding : 0,
      prefilling,
      prefillTokens,
      this.adapters.distinct,
      this.stepParts,
    );
  }

  private completePrefill(nowNs: number): void {
    const { t, prefilling, chunks, adapters } = this;
    let kept = 0;
    for (let i = 0; i < this.prefillCount; i++) {
      const request = prefilling[i];
      const chunk = chunks[i];
      if (chunk > 0) {
        if (t.slot[request] >= 0) adapters.remove(t.slot[request], t.rankClass[request], chunk);
        t.prefillLeft[request] -= chunk;
        if (t.prefillLeft[request] === 0) {
          this.prefillDone(request, nowNs);
          continue;
        }
      }
      prefilling[kept++] = request;
    }
    if (kept < this.prefillCount) this.admissionDirty = true;
    this.prefillCount = kept;
  }

  private prefillDone(request: number, nowNs: number): void {
    const { t, p } = this;
    t.generated[request]++;
    if (t.firstNs[request] < 0) {
      t.firstNs[request] = nowNs;
      const wait = t.adapterWaitNs[request];
      p.recorder.firstToken(
        t.cohort[request],
        t.user[request],
        t.arrivalNs[request],
        t.startNs[request] - t.arrivalNs[request] - wait,
        wait,
        nowNs,
      );
    } else {
      p.recorder.gap((nowNs - t.lastTokenNs[request]) * TICKS_PER_NS, 1);
    }
    if (t.generated[request] === t.output[request]) {
      this.kv.freeBlocks += t.blocks[request];
      this.leave(request, nowNs);
    } else {
      this.join(request, t.prefillTotal[request], nowNs);
    }
  }

  /** A request with `tokens` tokens in KV memory starts to decode. */
  private join(request: number, tokens: number, nowNs: number): void {
    const { t, cost } = this;
    t.state[request] = DECODING;
    if (this.tracer !== null) this.tracer.phase(request, TRACE_DECODE, nowNs);
    t.joinStep[request] = this.steps;
    t.joinTokens[request] = tokens;
    t.lastTokenNs[request] = nowNs;
    t.place[request] = this.decoding;
    this.decoders[this.decoding++] = request;
    this.kv.join(this.steps, tokens);
    if (t.slot[request] >= 0) this.adapters.add(t.slot[request], t.rankClass[request], 1);
    this.finishing.push(request, this.steps + t.output[request] - t.generated[request], t.sequence[request]);
    this.attended += tokens + 1;
    const window = cost.window;
    if (window !== Number.POSITIVE_INFINITY) {
      if (tokens + 1 < window) {
        this.growing++;
        this.attendedWindowed += tokens + 1;
        this.saturating.push(request, this.steps + window - (tokens + 1), t.sequence[request]);
      } else {
        this.attendedWindowed += window;
      }
    }
  }

  /** Takes a decoding request out of every running sum; returns the KV tokens it holds. */
  private quit(request: number): number {
    const { t, cost } = this;
    const tokens = t.joinTokens[request] + (this.steps - t.joinStep[request]);
    const last = this.decoders[--this.decoding];
    const place = t.place[request];
    this.decoders[place] = last;
    t.place[last] = place;
    this.kv.leave(t.joinStep[request], t.joinTokens[request]);
    this.kv.freeBlocks += this.kv.blocksFor(tokens);
    if (t.slot[request] >= 0) this.adapters.remove(t.slot[request], t.rankClass[request], 1);
    this.attended -= tokens + 1;
    const window = cost.window;
    if (window !== Number.POSITIVE_INFINITY) {
      this.attendedWindowed -= Math.min(tokens + 1, window);
      if (this.saturating.remove(request)) this.growing--;
    }
    return tokens;
  }

  private finish(request: number, nowNs: number): void {
    const { t, p } = this;
    this.quit(request);
    t.generated[request] = t.output[request];
    if (p.scheduling.dynamic) p.scheduling.served(t.user[request], t.cohort[request], 0, t.output[request]);
    this.leave(request, nowNs);
  }

  private leave(request: number, nowNs: number): void {
    this.releaseSlot(request);
    this.admissionDirty = true;
    this.kvBlocked = false;
    this.p.ended(request, 0, nowNs);
  }

  private releaseSlot(request: number): void {
    const slot = this.t.slot[request];
    if (slot < 0) return;
    this.gpu.unpin(slot);
    this.t.slot[request] = -1;
  }

  // ── Admission ─────────────────────────────────────────────────────────────────────────────────────────────────────

  private admit(nowNs: number): void {
    const { waiting, t, limits, gpu } = this;
    this.admissionDirty = false;
    this.kvBlocked = false;
    /** A unified pool had no blocks for an adapter: parked requests would fail the same way. */
    let poolFull = false;
    while (this.running + this.activating < limits.maxBatch) {
      const request = waiting.first(!poolFull && gpu.pinned < this.slotLimit);
      if (request < 0) return;
      if (this.p.scheduling.dynamic && this.rekey(request)) continue;
      const needsSlot = t.adapter[request] >= 0 && t.slot[request] < 0;
      if (needsSlot && this.isStarved(request)) {
        if (!this.park(request, nowNs)) return;
        continue;
      }
      // A swapped-in request decodes at once and may need a further block in its first step.
      const blocks = this.kv.blocksFor(t.prefillTotal[request]);
      const wanted = t.prefillLeft[request] === 0 ? blocks + 1 : blocks;
      if (!this.reclaim(wanted)) {
        this.kvBlocked = true;
        return;
      }
      if (needsSlot && !this.takeSlot(request, nowNs)) {
        if (t.state[request] !== QUEUED) continue;
        poolFull = true;
        if (!this.park(request, nowNs)) return;
        continue;
      }
      // In a unified pool the adapter itself may have taken the blocks.
      if (!this.reclaim(wanted)) {
        this.releaseSlot(request);
        this.kvBlocked = true;
        return;
      }
      this.removeFirst(request);
      this.start(request, blocks, nowNs);
    }
  }

  /** The first waiting request has its slot: whoever was parked for the same adapter can have it too. */
  private removeFirst(request: number): void {
    this.waiting.removeFirst();
    this.waiting.wake(this.t.adapter[request], this.keyOf);
  }

  /** No slot can be had for its adapter: it is not in a pinned slot, and no further slot may be pinned. */
  private isStarved(request: number): boolean {
    if (this.gpu.pinned < this.slotLimit) return false;
    const slot = this.gpu.find(this.t.adapter[request]);
    return slot < 0 || this.gpu.pins[slot] === 0;
  }

  /** Parks the first waiting request. False where it may not be looked past: it holds the line. */
  private park(request: number, nowNs: number): boolean {
    this.startWaiting(request, nowNs);
    if (this.waiting.parkedCount >= this.limits.skipWindow) return false;
    this.waiting.parkFirst();
    return true;
  }

  /**
   * Waiting requests whose adapter was copied in time keep it pinned. Where that alone keeps the first of them from starting
   * (a unified pool, a narrow skip window), nothing would ever run again: they let go and the pass is repeated. The first
   * keeps its own adapter, or it and the next would go on taking the pool's blocks in turn for their adapters.
   */
  private breakDeadlock(nowNs: number): void {
    for (
      let keeper = this.waiting.first(true);
      this.running + this.activating === 0 && this.waiting.size > 0;
      keeper = -1
    ) {
      this.waiting.forEach((request) => {
        if (request !== keeper) this.releaseSlot(request);
      });
      this.admit(nowNs);
      if (keeper < 0) return;
    }
  }

  private readonly keyOf = (request: number): number => {
    const { t } = this;
    return this.p.scheduling.key(
      t.user[request],
      t.cohort[request],
      t.arrivalNs[request],
      t.prompt[request],
      t.output[request],
    );
  };

  /** Dynamic keys only grow: a stale first request is pushed back with its present key. */
  private rekey(request: number): boolean {
    const key = this.keyOf(request);
    if (key <= this.waiting.firstKey()) return false;
    this.waiting.removeFirst();
    this.waiting.push(request, key);
    return true;
  }

  /**
   * Pins a GPU slot for the first waiting request. True: the slot is active. False with state QUEUED: the pool has no blocks.
   * False with another state: the request left the waiting heap (its adapter is being copied or loaded, or it was refused).
   */
  private takeSlot(request: number, nowNs: number): boolean {
    const { t, gpu, host } = this;
    const adapter = t.adapter[request];
    let slot = gpu.find(adapter);
    if (slot >= 0) {
      gpu.touch(slot);
      this.touchHost(adapter);
    } else {
      const entry = host.find(adapter);
      if (entry < 0 || this.loader.loading[entry] === 1) {
        this.waiting.removeFirst();
        this.load(request, nowNs);
        return false;
      }
      const rankClass = t.rankClass[request];
      if (!this.takeAdapterBlocks(rankClass)) return false;
      slot = gpu.insert(adapter, rankClass);
      if (slot < 0) {
        this.adapterEvicted(rankClass);
        return false;
      }
      host.touch(entry);
      this.activate(slot, rankClass, nowNs, false);
    }
    gpu.pin(slot);
    t.slot[request] = slot;
    if (t.hostEntry[request] >= 0) {
      host.unpin(t.hostEntry[request]);
      t.hostEntry[request] = -1;
      this.loader.startQueued(nowNs);
    }
    if (this.slotActive[slot] === 1) {
      this.stopWaiting(request, nowNs);
      return true;
    }
    this.removeFirst(request);
    t.state[request] = ACTIVATING;
    this.startWaiting(request, nowNs);
    this.activating++;
    t.next[request] = this.slotWaiters[slot];
    this.slotWaiters[slot] = request;
    return false;
  }

  private touchHost(adapter: number): void {
    const entry = this.host.find(adapter);
    if (entry >= 0) this.host.touch(entry);
  }

  private activate(slot: number, rankClass: number, nowNs: number, prefetch: boolean): void {
    const { p } = this;
    const copyNs = p.copyNs[rankClass];
    if (this.limits.blockingActivation || copyNs === 0) {
      this.stallTicks += copyNs * TICKS_PER_NS;
      this.slotActive[slot] = 1;
      p.recorder.activated(p.gpuBytes[rankClass], 0, copyNs);
      this.traceActivation(slot, rankClass, 0, true, nowNs);
      return;
    }
    this.slotActive[slot] = 0;
    const waitNs = p.activation.submit(slot, rankClass, nowNs, prefetch);
    p.recorder.activated(p.gpuBytes[rankClass], waitNs, copyNs);
    this.traceActivation(slot, rankClass, waitNs, false, nowNs);
  }

  private traceActivation(slot: number, rankClass: number, waitNs: number, blocking: boolean, nowNs: number): void {
    if (this.tracer === null) return;
    const copyNs = this.p.copyNs[rankClass];
    this.tracer.activation(this.p.number, this.gpu.adapterAt(slot), rankClass, waitNs, copyNs, blocking, nowNs);
  }

  /** Takes an adapter's blocks from a unified pool, but none that the decoding requests need in their next step. */
  private takeAdapterBlocks(rankClass: number): boolean {
    const { adapterBlocks } = this.p;
    if (adapterBlocks === null) return true;
    const blocks = adapterBlocks[rankClass];
    if (!this.reclaim(blocks + this.kv.blocksNeeded(this.steps, 1))) return false;
    this.kv.freeBlocks -= blocks;
    return true;
  }

  /** Makes sure of `blocks` free KV blocks; a unified pool evicts idle adapters for them. */
  private reclaim(blocks: number): boolean {
    const { kv } = this;
    while (kv.freeBlocks < blocks) {
      if (this.p.adapterBlocks === null || this.gpu.evictOne(-1) < 0) return false;
    }
    return true;
  }

  private start(request: number, blocks: number, nowNs: number): void {
    const { t } = this;
    this.kv.freeBlocks -= blocks;
    t.blocks[request] = blocks;
    if (t.startNs[request] < 0) {
      t.startNs[request] = nowNs;
      // A fair scheduler charges the prompt when it selects the request, or one user could win a whole pass.
      const { scheduling } = this.p;
      if (scheduling.dynamic) scheduling.served(t.user[request], t.cohort[request], t.prompt[request], 0);
    }
    invariant(
      t.adapter[request] < 0 || this.gpu.adapterAt(t.slot[request]) === t.adapter[request],
      'INV-5',
      'admission',
      t.adapter[request] < 0 ? -1 : this.gpu.adapterAt(t.slot[request]),
      t.adapter[request],
    );
    if (t.prefillLeft[request] === 0) {
      // Swapped out while it decoded: its KV comes back over PCIe and it goes on where it was.
      this.stallTicks += blocks * this.p.swapNsPerBlock * TICKS_PER_NS;
      const lastTokenNs = t.lastTokenNs[request];
      this.join(request, t.prefillTotal[request], nowNs);
      t.lastTokenNs[request] = lastTokenNs;
      this.held = true;
      return;
    }
    t.state[request] = PREFILLING;
    if (this.tracer !== null) this.tracer.phase(request, TRACE_PREFILL, nowNs);
    this.prefilling[this.prefillCount++] = request;
  }

  // ── The next step or run ──────────────────────────────────────────────────────────────────────────────────────────

  private startSteps(nowNs: number): void {
    const { p, kv } = this;
    if (this.prefillCount > 0 && this.limits.chunkedPrefill) {
      while (this.decoding > 0 && kv.blocksNeeded(this.steps, 1) > kv.freeBlocks) {
        this.makeRoom(kv.blocksNeeded(this.steps, 1), nowNs);
      }
    }
    if (this.prefillCount > 0) {
      this.startPrefillStep();
    } else if (!this.startDecodeRun(nowNs)) {
      this.mode = IDLE;
      invariant(this.waiting.size === 0 || this.p.activation.pending > 0, 'INV-6', 'replica', this.waiting.size, 0);
      p.schedule(Number.POSITIVE_INFINITY);
      p.activation.watch();
      return;
    }
    this.mode = RUNNING;
    p.schedule(this.run.boundaryNs(this.plannedSteps));
  }

  /** Plans the longest run of decode steps whose batch cannot change from within. False: nothing decodes. */
  private startDecodeRun(nowNs: number): boolean {
    const { kv } = this;
    let fit = 0;
    let steps = 0;
    while (this.decoding > 0) {
      steps = this.finishing.topKey() - this.steps;
      const saturation = this.saturating.topKey() - this.steps;
      if (saturation < steps) steps = saturation;
      if (this.held || this.stallTicks > 0) steps = 1;
      fit = kv.stepsThatFit(this.steps, steps);
      if (fit > 0) break;
      this.makeRoom(kv.blocksNeeded(this.steps, 1), nowNs);
    }
    if (this.decoding === 0) {
      // Everything was preempted: what was put back may start at once.
      if (!this.admissionDirty || this.waiting.size === 0) return false;
      this.admit(nowNs);
      this.breakDeadlock(nowNs);
      if (this.prefillCount === 0) return this.decoding > 0 && this.startDecodeRun(nowNs);
      this.startPrefillStep();
      return true;
    }
    const { cost, run, decoding } = this;
    const lora = cost.lora(this.adapters);
    const attention = cost.attendedTicks * this.attended + cost.windowedTicks * this.attendedWindowed;
    run.first = cost.base[decoding] + attention + lora + this.stallTicks;
    run.growth = cost.attendedTicks * decoding + cost.windowedTicks * this.growing;
    this.plannedSteps = run.limit(fit);
    if (this.activating > 0) {
      // Whoever waits for a copy may start at the first boundary after it is complete.
      const steps = run.stepsUntil(this.p.activation.nextNs());
      if (steps < this.plannedSteps) this.plannedSteps = steps;
    }
    this.stepHasPrefill = false;
    this.stepDecodes = true;
    this.recordParts(decoding, lora);
    return true;
  }

  /** One step with prefill chunks; with chunked prefill the decoding requests ride along. */
  private startPrefillStep(): void {
    const { t, cost, limits, chunks, adapters } = this;
    this.stepDecodes = limits.chunkedPrefill;
    const decoders = this.stepDecodes ? this.decoding : 0;
    let budget = limits.maxBatchTokens - decoders;
    let tokens = decoders;
    let attention =
      decoders === 0 ? 0 : cost.attendedTicks * this.attended + cost.windowedTicks * this.attendedWindowed;
    const idleDecoders = this.stepDecodes ? 0 : this.decoding;
    if (idleDecoders > 0) this.setDecodersInStep(false);
    for (let i = 0; i < this.prefillCount; i++) {
      const request = this.prefilling[i];
      const left = t.prefillLeft[request];
      let chunk = left < budget ? left : budget;
      if (!limits.chunkedPrefill && chunk < left) {
        // Whole prompts only, in order: what does not fit waits with everything behind it.
        chunk = tokens === 0 ? left : 0;
        budget = chunk;
      }
      chunks[i] = chunk;
      if (chunk === 0) continue;
      budget -= chunk;
      tokens += chunk;
      attention += cost.prefillAttention(chunk, t.prefillTotal[request] - left);
      if (t.slot[request] >= 0) adapters.add(t.slot[request], t.rankClass[request], chunk);
    }
    const lora = cost.lora(adapters);
    this.run.first = cost.base[tokens] + attention + lora + this.stallTicks;
    this.run.growth = 0;
    this.plannedSteps = 1;
    this.stepHasPrefill = true;
    this.recordParts(tokens, lora);
    if (idleDecoders > 0) this.setDecodersInStep(true);
  }

  /** Takes the decoding requests' adapters out of the step's LoRA features, or puts them back. */
  private setDecodersInStep(present: boolean): void {
    const { t, adapters } = this;
    for (let i = 0; i < this.decoding; i++) {
      const request = this.decoders[i];
      if (t.slot[request] < 0) continue;
      if (present) adapters.add(t.slot[request], t.rankClass[request], 1);
      else adapters.remove(t.slot[request], t.rankClass[request], 1);
    }
  }

  /** Cost parts of the first step of what was planned. */
  private recordParts(tokens: number, lora: number): void {
    const { cost, run, stepParts: parts } = this;
    const collective = cost.collective[tokens];
    const launch = cost.launch[tokens];
    const base = cost.base[tokens] - collective - launch;
    parts[PART_BASE] = base;
    parts[PART_LORA] = lora;
    parts[PART_COLLECTIVE] = collective;
    parts[PART_LAUNCH] = launch;
    parts[PART_STALL] = this.stallTicks;
    parts[PART_ATTENTION] = run.first - base - lora - collective - launch - this.stallTicks;
  }

  /** Frees KV memory for the decoding requests: idle adapters of a unified pool first, then the youngest request. */
  private makeRoom(blocks: number, nowNs: number): void {
    if (this.reclaim(blocks)) return;
    const { t } = this;
    let youngest = -1;
    let prefillPlace = -1;
    for (let i = 0; i < this.decoding; i++) {
      const request = this.decoders[i];
      if (youngest < 0 || t.sequence[request] > t.sequence[youngest]) youngest = request;
    }
    for (let i = 0; i < this.prefillCount; i++) {
      const request = this.prefilling[i];
      if (youngest < 0 || t.sequence[request] > t.sequence[youngest]) {
        youngest = request;
        prefillPlace = i;
      }
    }
    if (prefillPlace >= 0) this.preemptPrefill(prefillPlace, nowNs);
    else this.preemptDecode(youngest, nowNs);
  }

  private preemptPrefill(place: number, nowNs: number): void {
    const { t } = this;
    const request = this.prefilling[place];
    this.prefilling.copyWithin(place, place + 1, this.prefillCount);
    this.prefillCount--;
    this.kv.freeBlocks += t.blocks[request];
    t.prefillLeft[request] = t.prefillTotal[request];
    this.putBack(request, nowNs);
  }

  private preemptDecode(request: number, nowNs: number): void {
    const { t } = this;
    t.lastTokenNs[request] = t.joinStep[request] === this.steps ? t.lastTokenNs[request] : this.lastDecodeNs;
    const produced = this.steps - t.joinStep[request];
    this.finishing.remove(request);
    const tokens = this.quit(request);
    t.generated[request] += produced;
    // Recompute prefills the prompt and everything generated, whose last token was not in KV memory yet; that prefill
    // produces the next token. Swap brings back what KV memory held and decodes on.
    t.prefillTotal[request] = this.limits.swap ? tokens : tokens + 1;
    t.prefillLeft[request] = this.limits.swap ? 0 : tokens + 1;
    if (this.limits.swap) this.stallTicks += this.kv.blocksFor(tokens) * this.p.swapNsPerBlock * TICKS_PER_NS;
    this.putBack(request, nowNs);
  }

  private putBack(request: number, nowNs: number): void {
    this.releaseSlot(request);
    this.p.recorder.preempted(this.t.cohort[request]);
    this.enqueue(request, nowNs);
  }
}
