/**
 * The state of a replica, and what it is made of. No behaviour: see replica.ts for the map of the functions that change it.
 */
import type { StepCost } from '../cost/step-cost.ts';
import { COST_PARTS } from '../cost/step-cost.ts';
import type { Recorder, Tracer } from '../recorder.ts';
import type { ActivationLink } from '../residency/activation.ts';
import type { Loader } from '../residency/loader.ts';
import type { Tier } from '../residency/tier.ts';
import type { SchedulingPolicy } from '../scheduling/policy.ts';
import { AdaptiveMerge } from './adaptive-merge.ts';
import { BatchAdapters } from './batch-adapters.ts';
import { DecodeRun } from './decode-run.ts';
import { Drainer } from './drainer.ts';
import type { KvCache } from './kv-cache.ts';
import { RequestHeap } from './request-heap.ts';
import type { RequestTable } from './request-table.ts';
import type { StartRule } from './start-rule.ts';
import { WaitingQueue } from './waiting-queue.ts';

export interface ReplicaLimits {
  maxBatch: number;
  maxBatchTokens: number;
  maxAdaptersPerBatch: number;
  chunkedPrefill: boolean;
  /** Prompts and decoding requests share steps. */
  mixedSteps: boolean;
  skipWindow: number;
  swap: boolean;
  /** A preempted request finds its own blocks again where nobody was given them (a prefix cache). */
  prefixOfPreempted: boolean;
  blockingActivation: boolean;
  /** Decode steps between two prefills while anything decodes; 0: a prefill as soon as there is one. */
  decodeBetweenPrefills: number;
  /** Requests whose prompts are being prefilled at once. */
  maxPrefills: number;
  /** A request starts only where the most tokens that the batch will ever hold fit into KV memory. */
  reservePeak: boolean;
  /** An adapter leaves its slot with the last request that uses it. */
  dropUnused: boolean;
  /** A waiting request is refused at the first batch formation more than this after its arrival, ns; Infinity: never. */
  abortAfterNs: number;
  /** An idle replica looks for requests this often, ns; 0: it is told. */
  idlePollNs: number;
  /** Loads that the engine builds between two steps, where it builds them. */
  buildsPerStep: number;
  /** Nothing starts before: the replica itself starts up, ns. */
  readyNs: number;
  /** One adapter at a time is merged into the weights: what merging it, and taking it out again, holds up, ns; 0: none is. */
  mergeNs: number;
  /** One adapter is merged into the weights at any time, whoever asks. */
  alwaysMerged: boolean;
  /** Merged only while one adapter has so much of what would run together; null: always, or never. */
  adaptiveMerge: { above: number; below: number } | null;
  /** Null: a starving adapter waits for a slot like any other. */
  drain: { afterNs: number; tolerance: number } | null;
  /** A request that meets an adapter which is not in memory yet is refused while it is prewarmed. */
  refuseUnready: boolean;
  /** Between two builds of the engine running requests have so long for themselves, ns. */
  buildGapNs: number;
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
export const IDLE = 0;
/** A decode run, or a single mixed step (prefill chunks with or without decoding requests). */
export const RUNNING = 1;
/** Woken while idle: the batch forms when all co-timed arrivals are in. */
export const WOKEN = 2;
/** Between a boundary and the next plan: what is put back now must not cut a run that no longer exists. */
export const FORMING = 3;
/** The engine builds adapters between two steps. */
export const HOLDING = 4;

export const PART_BASE = 0;
export const PART_ATTENTION = 1;
export const PART_LORA = 2;
export const PART_COLLECTIVE = 3;
export const PART_LAUNCH = 4;
export const PART_STALL = 5;

export class ReplicaState {
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
  readonly p: ReplicaParts;
  /** Null unless a window of the run is traced. */
  readonly tracer: Tracer | null;
  readonly t: RequestTable;
  readonly cost: StepCost;
  readonly limits: ReplicaLimits;
  readonly adapters: BatchAdapters;
  readonly run = new DecodeRun();
  readonly finishing: RequestHeap;
  readonly saturating: RequestHeap;
  growing = 0;
  mode = IDLE;
  plannedSteps = 0;
  /** What attention grows by from step to step of the planned run while the device waits for the host. */
  hiddenGrowth = 0;
  stepHasPrefill = false;
  /** Decoding requests do not advance in a prefill-only step. */
  stepDecodes = false;
  admissionDirty = false;
  kvBlocked = false;
  stallTicks = 0;
  lastDecodeNs = 0;
  /** Chunk of each prefilling request in the step under way (0: none). */
  readonly chunks: Int32Array;
  readonly slotWaiters: Int32Array;
  /** Step counter from which on requests may start again after a prefill. */
  gateStep = 0;
  /** Scratch of the estimate of peak memory. */
  readonly peakKeys: Float64Array;
  /** Slots that the estimate has counted carry its number. */
  readonly peakMarks: Int32Array;
  peakMark = 0;
  /** Request that this estimate keeps waiting, −1 where there is none, and the step counter at which it fits. */
  peakBlocked = -1;
  peakRetryStep = Number.POSITIVE_INFINITY;
  /** When the first of the waiting requests will be refused for having waited too long, or earlier. */
  nextAbortNs = Number.POSITIVE_INFINITY;
  /** Since when it has been idle, for the times at which it looks for requests. */
  idleSinceNs = 0;
  /** The boundary since which requests in the batch wait for the engine to build adapters; −1: the batch was empty. */
  heldSinceNs = -1;
  /** Adapter that is merged into the weights; −1: none. */
  mergedAdapter = -1;
  /** Adaptive: an adapter is in the weights, and a step costs what the base costs. */
  merged = false;
  /** What keeps requests from starting though nothing is missing; empty in most engines. */
  readonly startRules: readonly StartRule[];
  /** When a start rule changes its mind by the clock alone, or earlier. */
  nextRuleNs = Number.POSITIVE_INFINITY;
  /** The engine builds nothing before, where requests run. */
  nextBuildNs = 0;
  /** Preempted requests whose adapter left every tier and that found the loader's queue full. */
  readonly askingAgain: number[] = [];
  /** 1: the copy into this slot is a prefetch, which pins it until it is complete. */
  readonly prefetched: Uint8Array;
  /** 1: the slot is pinned for good; and those slots. */
  readonly kept: Uint8Array;
  readonly keptSlots: number[] = [];
  /** Most adapters that may be pinned at once. */
  readonly slotLimit: number;
  /** Cost parts of the first planned step, and of the whole run as it is recorded. */
  readonly stepParts = new Float64Array(COST_PARTS.length);
  readonly runParts = new Float64Array(COST_PARTS.length);
  /** Since the last decode step something made the next gaps unequal: a prefill-only step or a swap-in. */
  held = false;

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
    this.peakMarks = new Int32Array(limits.reservePeak ? gpu.entries : 0);
    this.peakKeys = new Float64Array(limits.reservePeak ? limits.maxBatch + 1 : 0);
    this.prefetched = new Uint8Array(gpu.entries);
    this.kept = new Uint8Array(gpu.entries);
    this.startRules = [
      ...(limits.drain === null ? [] : [new Drainer(limits.drain.afterNs, limits.drain.tolerance)]),
      ...(limits.adaptiveMerge === null ? [] : [new AdaptiveMerge(limits.adaptiveMerge)]),
    ];
  }

  get running(): number {
    return this.decoding + this.prefillCount;
  }

  get busy(): boolean {
    return this.mode !== IDLE;
  }

  readonly keyOf = (request: number): number => {
    const { t } = this;
    return this.p.scheduling.key(
      t.user[request],
      t.cohort[request],
      t.arrivalNs[request] + t.wayNs[request],
      t.prompt[request],
      t.output[request],
    );
  };
}
