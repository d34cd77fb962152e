/** What the plain simulator is told of a system: every number of it, in ns, bytes and blocks. */
import type { StepCost } from '../../../src/sim/cost/step-cost.ts';
import type { PlainLifecycle } from '../lifecycle/plain.ts';

export interface OracleRequest {
  id: number;
  arrivalNs: number;
  /** When it reaches the engine: queues are in this order; deadlines count from the arrival. */
  reachesNs: number;
  adapter: number;
  prompt: number;
  output: number;
}

export interface OracleOptions {
  requests: OracleRequest[];
  cost: StepCost;
  rankClass: (adapter: number) => number;
  ranks: number[];
  kvBlocks: number;
  blockTokens: number;
  slots: number;
  hostEntries: number;
  maxBatch: number;
  maxBatchTokens: number;
  maxAdapters: number;
  skipWindow: number;
  chunked: boolean;
  /** Whole prompts and decoding requests share steps. */
  mixed: boolean;
  swap: boolean;
  /** A preempted request finds those of its full blocks again that were given to nobody since. */
  keepPrefix: boolean;
  blocking: boolean;
  /** Decode steps between two prefills. */
  decodeBetween: number;
  maxPrefills: number;
  reservePeak: boolean;
  dropUnused: boolean;
  abortAfterNs: number;
  idlePollNs: number;
  /** Merging an adapter into the weights, or taking it out; 0: adapters stay apart. */
  mergeNs: number;
  /** Merged and apart by turns; null: as mergeNs says. */
  adaptive: { above: number; below: number } | null;
  drain: { afterNs: number; tolerance: number } | null;
  /** Adapters with a slot for good: the first so many. */
  keptOnGpu: number;
  refuseUnready: boolean;
  buildGapNs: number;
  copyNs: number[];
  swapNsPerBlock: number;
  loader: {
    concurrency: number;
    /** Loads that may queue; a request that finds no room is refused, or asks again where it has started before. */
    queue: number;
    delayNs: number;
    bytesPerNs: number;
    bytes: number[];
    buildNs: number[];
    registerNs: number;
    /** The first registration after every so many takes so much longer; null: none does. */
    pause: { every: number; ns: number } | null;
    /** The engine builds and registers up to so many between two steps; 0: they are built beside it. */
    inEngine: number;
  };
  /** The replica serves from then on. */
  readyNs: number;
  /** Which revision of its adapter a request gets; absent: adapters have one. */
  lifecycle?: PlainLifecycle;
}

export interface OracleOutcome {
  id: number;
  firstNs: number;
  endNs: number;
}
