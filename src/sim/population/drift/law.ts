/**
 * Family `drift`: which user holds which popularity rank, as time goes on. Ranks and users are local to a cohort and cell.
 *
 * The map is at every moment a bijection in O(1) memory. It starts as a keyed permutation, so that user numbers tell nothing
 * about popularity.
 */
import type { Entry } from '../../../scenario/family.ts';

export interface RankMap {
  /** From this time on, integer ns, `moveTo` must be called before `user`. Infinity where the map never changes. */
  readonly nextChangeNs: number;
  moveTo(ns: number): void;
  /** The user, 0 … users−1, that holds a rank now. */
  user(rank: number): number;
}

export interface DriftEntry<P = unknown> extends Entry<P> {
  /** @param users ≥ 1; @param key 32 bits that name the cohort and cell */
  create(params: P, users: number, key: number): RankMap;
}
