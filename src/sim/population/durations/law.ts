/** Family `durations`: laws of seconds ≥ 0 (think times). */
import type { Entry } from '../../../scenario/family.ts';
import type { Prng } from '../../random/prng.ts';

export interface DurationLaw {
  /** Seconds. */
  readonly mean: number;
  draw(random: Prng): number;
}

export interface DurationEntry<P = unknown> extends Entry<P> {
  create(params: P): DurationLaw;
}
