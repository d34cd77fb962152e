/**
 * In which order a replica's waiting requests start. The engine keeps one heap per replica, ordered by (key, arrival
 * sequence); a policy is the key.
 */
import type { Entry } from '../../scenario/family.ts';

export interface SchedulingContext {
  readonly users: number;
  /** Weight and priority class by cohort. */
  readonly weights: Float64Array;
  readonly priorities: Int32Array;
}

export interface SchedulingPolicy {
  /** True where a key may have grown since it was computed: the engine asks again before it starts a request. */
  readonly dynamic: boolean;
  key(user: number, cohort: number, arrivalNs: number, promptTokens: number, outputTokens: number): number;
  /** A user becomes active (had no request waiting or running) or got service; token counts of this event. */
  joined(user: number, cohort: number): void;
  /** The user's last waiting or running request ended. */
  left(user: number, cohort: number): void;
  served(user: number, cohort: number, promptTokens: number, outputTokens: number): void;
}

export interface SchedulingEntry<P = unknown> extends Entry<P> {
  create(params: P, context: SchedulingContext): SchedulingPolicy;
}
