/**
 * Family `popularity`: how a cohort's request rate divides over its users.
 *
 * A law acts on popularity ranks 0 … users−1 of the whole cohort (all cells), most popular first. A cell holds an arithmetic
 * progression of those ranks (first, first + stride, …), so a law must be able to sum and to sample exactly over a
 * progression, in memory that does not grow with the number of users.
 */
import type { Entry } from '../../../scenario/family.ts';
import type { Prng } from '../../random/prng.ts';

export interface PopularityLaw {
  /** Ranks with a positive weight come first: 0 … support−1. */
  readonly support: number;
  /** Weight of `rank` divided by the weight of rank `base` < support; non-increasing in `rank`, 0 from `support` on. */
  weight(rank: number, base: number): number;
  /**
   * Sum of weights over first, first + stride, … below `support`, divided by the weight of rank `base`. Relative error below
   * 1e-12. O(1), apart from a bounded number of directly summed terms.
   */
  sum(first: number, stride: number, base: number): number;
  /** Draws from the same progression. Needs first < support. */
  sampler(first: number, stride: number): RankDraw;
}

export interface RankDraw {
  /** The place in the progression, 0, 1, …: the rank is first + stride·draw. */
  draw(random: Prng): number;
}

export interface PopularityEntry<P = unknown> extends Entry<P> {
  create(params: P, users: number): PopularityLaw;
}

/** Terms of the progression first, first + stride, … below `end`. */
export function progressionLength(first: number, stride: number, end: number): number {
  return first >= end ? 0 : Math.floor((end - 1 - first) / stride) + 1;
}
