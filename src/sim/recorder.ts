/**
 * What the hot loop records into. `sim` owns this interface, `metrics` implements it, `run` wires the two.
 *
 * Every method is called from the event loop with numbers only. Times are integer ns, costs are ticks (cost/step-cost.ts),
 * tiers are numbered 0 object store, 1 disk, 2 host memory, 3 GPU. `cohort` indexes scenario.population.cohorts.
 * A recorder never influences the simulation.
 */
import type { LifecycleRecorder } from './lifecycle/recorder.ts';

/** Why a request ended without being served; the last index is "still unfinished when the run's budget ended". */
export const END_STATES = [
  'finished',
  'rejected_admission',
  'rejected_load_queue',
  'rejected_too_long',
  'unfinished',
] as const;
export type EndState = (typeof END_STATES)[number];

/** Stages of an adapter load, in order; `wait_slot` is waiting for an evictable GPU slot. */
export const LOAD_STAGES = ['resolve', 'queue', 'fetch', 'build', 'register', 'wait_slot', 'activate'] as const;
export type LoadStage = (typeof LOAD_STAGES)[number];

/** State of a cell that is sampled on a fixed grid of simulated time (time-weighted means over the bucket). */
export const GAUGES = [
  'running',
  'waiting',
  'kv_blocks_used',
  'gpu_active_adapters',
  'gpu_resident_adapters',
  'host_resident_adapters',
  'disk_resident_adapters',
  'loads_in_flight',
  'host_bytes',
  'busy_replicas',
] as const;
export type Gauge = (typeof GAUGES)[number];

/** What a traced request does; 0 is nothing: it has ended. Adapter wait: for a load, a GPU slot, or the copy into it. */
export const TRACE_PHASES = ['ended', 'queue', 'adapter_wait', 'prefill', 'decode'] as const;
export const TRACE_ENDED = 0;
export const TRACE_QUEUE = 1;
export const TRACE_ADAPTER_WAIT = 2;
export const TRACE_PREFILL = 3;
export const TRACE_DECODE = 4;

/** Hears single batches, loads and requests, for a trace of a window. Replicas and requests are numbered within the cell. */
export interface Tracer {
  /** From `nowNs` on the request (an index of the cell's table) is in this phase. */
  phase(request: number, phase: number, nowNs: number): void;
  /**
   * `steps` steps of one batch ended; step j took firstTicks + j·growthTicks, the growth being attention. The first began
   * `remainderTicks` after `startNs`. `partTicks`: the parts of the first step.
   */
  batch(
    replica: number,
    startNs: number,
    remainderTicks: number,
    steps: number,
    firstTicks: number,
    growthTicks: number,
    decoding: number,
    prefilling: number,
    prefillTokens: number,
    distinctAdapters: number,
    partTicks: Float64Array,
  ): void;
  /** A load ended. It waited until `startedNs`, its transfer entered the link `delayNs` later. */
  load(
    replica: number,
    adapter: number,
    rankClass: number,
    fromTier: number,
    askedNs: number,
    startedNs: number,
    delayNs: number,
    fetchedNs: number,
    builtNs: number,
    nowNs: number,
  ): void;
  /** A copy into a GPU slot begins `waitNs` after `nowNs`; `blocking`: the next step waits for it. */
  activation(
    replica: number,
    adapter: number,
    rankClass: number,
    waitNs: number,
    copyNs: number,
    blocking: boolean,
    nowNs: number,
  ): void;
}

export interface Recorder {
  /** Null or absent: nothing is traced. Read once, when the cell is assembled. */
  readonly tracer?: Tracer | null;
  /** Hears of revisions, where the scenario has a lifecycle. Read once, when the cell is assembled. */
  readonly lifecycle?: LifecycleRecorder | null;
  arrival(cohort: number, user: number, nowNs: number): void;
  /** A request ended without an answer. */
  refused(cohort: number, user: number, arrivalNs: number, endState: number, nowNs: number): void;
  /** One lookup per request, at its arrival on a replica: the highest tier that held its adapter. */
  lookup(cohort: number, tier: number, bytes: number, nowNs: number): void;
  /** A request joined a load that was already under way for the same revision. */
  dedupJoin(cohort: number): void;
  /** A load into host memory ended. Seconds are derived; each stage in ns. `fromTier`: where the bytes came from. */
  loaded(
    fromTier: number,
    bytes: number,
    queueNs: number,
    fetchNs: number,
    buildNs: number,
    registerNs: number,
    nowNs: number,
  ): void;
  activated(bytes: number, waitNs: number, copyNs: number): void;
  evicted(tier: number, bytes: number): void;
  preempted(cohort: number): void;
  /** First token of a request. */
  firstToken(
    cohort: number,
    user: number,
    arrivalNs: number,
    queueNs: number,
    adapterWaitNs: number,
    nowNs: number,
    /** Its adapter, or the revision of it; −1 for the base. */
    key: number,
  ): void;
  /**
   * A request finished.
   * @param queueNs waiting for a place in the batch (adapter ready), @param adapterWaitNs waiting for its adapter,
   * @param aloneNs its end-to-end time on an empty replica with its adapter host-warm
   */
  finished(
    cohort: number,
    user: number,
    adapter: number,
    replica: number,
    arrivalNs: number,
    firstTokenNs: number,
    nowNs: number,
    promptTokens: number,
    outputTokens: number,
    queueNs: number,
    adapterWaitNs: number,
    aloneNs: number,
    lookupTier: number,
  ): void;
  /**
   * A run of `steps` decode steps of `requests` requests: gaps of first, first + growth, first + 2·growth … ticks, each
   * seen by `requests` requests. By part (COST_PARTS): total ticks of the run. Steps with prefill call it with steps = 1.
   */
  run(
    replica: number,
    steps: number,
    requests: number,
    firstTicks: number,
    growthTicks: number,
    partTicks: Float64Array,
    endNs: number,
  ): void;
  /**
   * One gap between two tokens of one request that no run covers (after a preemption, or across prefill-only steps). `tokens`: all that
   * came at its end, where several of a request came as one piece; default: one of each.
   */
  gap(ticks: number, requests: number, tokens?: number): void;
  /** The gauges held these values since the previous call (GAUGES order): integrated by the recorder. */
  gauges(values: Float64Array, nowNs: number): void;
  /** On the same grid: how many events lie before `nowNs`, and the digest of their times and sources, in order. */
  trail(events: number, digest: number, nowNs: number): void;
}
