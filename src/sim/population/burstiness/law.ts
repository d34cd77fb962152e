/**
 * Family `burstiness`: the gaps of a renewal process with mean gap 1, in operational time (time in which the mean rate is 1).
 *
 * The process is stationary: its first gap is drawn from the residual life, not from the gap law. Otherwise a bursty stream
 * would start with (cv² − 1)/2 arrivals too many, 31 of them at cv 8.
 */
import type { Entry } from '../../../scenario/family.ts';
import type { Prng } from '../../random/prng.ts';

export interface GapLaw {
  /** A gap between two arrivals, mean 1. */
  gap(random: Prng): number;
  /** The time from an arbitrary moment to the next arrival. */
  residual(random: Prng): number;
}

export interface BurstinessEntry<P = unknown> extends Entry<P> {
  create(params: P): GapLaw;
}
