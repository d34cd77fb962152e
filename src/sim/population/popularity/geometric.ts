/**
 * Geometric: each rank asks `ratio` times as often as the next. Every stride-th rank is again geometric, with ratio^stride, so
 * sums and inversion are closed forms.
 */
import * as z from 'zod';
import { number } from '../../../scenario/units.ts';
import type { Prng } from '../../random/prng.ts';
import { type PopularityEntry, type PopularityLaw, progressionLength, type RankDraw } from './law.ts';

class Geometric implements PopularityLaw {
  readonly support: number;
  private readonly logRatio: number;

  constructor(users: number, ratio: number) {
    this.support = users;
    this.logRatio = Math.log(ratio);
  }

  weight(rank: number, base: number): number {
    return rank >= this.support ? 0 : Math.exp((base - rank) * this.logRatio);
  }

  sum(first: number, stride: number, base: number): number {
    const terms = progressionLength(first, stride, this.support);
    if (terms === 0) return 0;
    const decay = this.logRatio * stride;
    const series = decay === 0 ? terms : Math.expm1(-decay * terms) / Math.expm1(-decay);
    return this.weight(first, base) * series;
  }

  sampler(first: number, stride: number): RankDraw {
    return new GeometricDraw(this.logRatio * stride, progressionLength(first, stride, this.support));
  }
}

/** Inversion of the truncated geometric distribution with P(j) ∝ exp(−decay·j), j < terms. */
class GeometricDraw implements RankDraw {
  private readonly decay: number;
  private readonly terms: number;
  /** Probability that the untruncated law falls below `terms`. */
  private readonly inside: number;

  constructor(decay: number, terms: number) {
    this.decay = decay;
    this.terms = terms;
    this.inside = -Math.expm1(-decay * terms);
  }

  draw(random: Prng): number {
    if (this.decay === 0) return random.integer(this.terms);
    const j = Math.floor(-Math.log1p(-random.uniform() * this.inside) / this.decay);
    return Math.min(j, this.terms - 1);
  }
}

export const geometric: PopularityEntry<{ ratio: number }> = {
  summary: 'each rank asks `ratio` times as often as the next',
  source: 'the skewed pattern of Punica, Chen et al., MLSys 2024 (ratio 1.5)',
  params: z.strictObject({
    ratio: number({ min: 1, max: 1e6 }).default(1.5).describe('Rate of a rank over the rate of the next, at least 1.'),
  }),
  create: ({ ratio }, users) => new Geometric(users, ratio),
};
