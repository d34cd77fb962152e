/**
 * Family `lengths`: laws of token counts (and turns of a session), integers ≥ 1.
 *
 * A continuous law is discretised to the nearest integer, P(X ≤ k) = F(k + ½), and clipped: what falls below `min` counts as
 * `min`, what falls above `max` as `max`. Every law is compiled into an alias table over min … max (table.ts).
 */
import type { Entry } from '../../../scenario/family.ts';
import { count } from '../../../scenario/units.ts';

/** Largest length that a law may produce; bounds the alias table at 8 MiB. */
export const LONGEST = 2 ** 20;

export interface LengthLaw {
  /** Smallest and largest value, 1 ≤ min ≤ max ≤ LONGEST. */
  readonly min: number;
  readonly max: number;
  /** P(X ≤ k) before clipping, for integers k ≥ 0. */
  cdf(k: number): number;
}

export interface LengthEntry<P = unknown> extends Entry<P> {
  create(params: P): LengthLaw;
}

/** The clipping bounds that every continuous law shares, as parameters. */
export const clipping = {
  min: count({ min: 1, max: LONGEST }).default(1).describe('Smallest value, tokens; smaller draws become it.'),
  max: count({ min: 1, max: LONGEST }).default(32_768).describe('Largest value, tokens; larger draws become it.'),
};

export const inOrder = ({ min, max }: { min: number; max: number }) => min <= max;
export const IN_ORDER = { message: 'min must not be above max', path: ['min'] };
