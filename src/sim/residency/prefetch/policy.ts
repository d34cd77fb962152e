/**
 * Which adapters are moved up before they are needed. One policy object per replica: it sees the replica's arrivals and asks
 * for loads of that replica. A prefetch is an ordinary load (same links, same bounded queue, one load per missing revision)
 * and loses against demand loads wherever the engine has to choose.
 */
import type { Entry } from '../../../scenario/family.ts';

export interface PrefetchContext {
  /** Adapters of the cell: numbers 0 … adapters − 1. */
  readonly adapters: number;
  /** Entries that the replica's host memory holds at most. */
  readonly hostCapacity: number;
  /**
   * Asks for `adapter` in host memory. True where a load was started for it; false where it is there, on its way, or where
   * nothing can be loaded now (asking again later is the policy's affair).
   */
  wantHost(adapter: number): boolean;
  /** Asks for `adapter` in a GPU slot, through host memory if need be. Same answer as `wantHost`. */
  wantGpu(adapter: number): boolean;
}

export interface PrefetchPolicy {
  /** Simulated seconds between calls of `tick`; Infinity: never called. */
  readonly interval: number;
  /** A request for `adapter` arrived on the replica and joined its queue. O(1), no allocation. */
  arrived(adapter: number, nowNs: number): void;
  /** Time to look ahead: at most `budget` wishes may be granted in this call. */
  tick(nowNs: number, budget: number): void;
}

export interface PrefetchEntry<P = unknown> extends Entry<P> {
  create(params: P, context: PrefetchContext): PrefetchPolicy;
}
