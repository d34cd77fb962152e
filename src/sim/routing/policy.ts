/** Which replica of a cell serves a request: one call per arrival, O(replicas) at most, no allocation. */
import type { Entry } from '../../scenario/family.ts';

export interface RoutingContext {
  readonly replicas: number;
  /** Requests routed to a replica and not yet ended. */
  readonly outstanding: Int32Array;
  random32(): number;
  /**
   * Where `adapter` was on `replica` when the residency signal was last refreshed: 0 nowhere, 1 disk, 2 host memory, 3 GPU.
   * Signals are refreshed every `staleness` seconds (0: always current).
   */
  residency(replica: number, adapter: number): number;
  /** Tokens that the free KV blocks of a replica hold, as of its last step. */
  freeKvTokens(replica: number): number;
  /** Asks the engine for a residency signal with this staleness, in seconds. Call at most once, from create(). */
  useResidency(stalenessSeconds: number): void;
}

export interface RoutingPolicy {
  route(adapter: number, cohort: number, nowNs: number, promptTokens: number): number;
  /** The replica an adapter belongs to where the policy has such a notion (start states fill the tiers by it). */
  home?(adapter: number): number;
}

export interface RoutingEntry<P = unknown> extends Entry<P> {
  create(params: P, context: RoutingContext): RoutingPolicy;
}
