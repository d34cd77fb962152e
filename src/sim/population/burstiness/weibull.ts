/**
 * Weibull gaps with a coefficient of variation. The shape k solves Γ(1 + 2/k)/Γ(1 + 1/k)² = 1 + cv², found by bisection; a
 * gap is scale·E^(1/k) with E exponential, and the length-biased gap scale·G^(1/k) with G gamma of shape 1 + 1/k.
 */
import * as z from 'zod';
import { positive } from '../../../scenario/units.ts';
import { GammaVariate } from '../../random/gamma.ts';
import type { Prng } from '../../random/prng.ts';
import { lnGamma } from '../../random/special.ts';
import type { BurstinessEntry, GapLaw } from './law.ts';

/** 1/k for a coefficient of variation; the variance grows with 1/k. */
function inverseShape(cv: number): number {
  let low = 1e-3;
  let high = 50;
  for (let i = 0; i < 100; i++) {
    const middle = 0.5 * (low + high);
    if (lnGamma(1 + 2 * middle) - 2 * lnGamma(1 + middle) < Math.log1p(cv * cv)) low = middle;
    else high = middle;
  }
  return 0.5 * (low + high);
}

class WeibullGaps implements GapLaw {
  private readonly power: number;
  private readonly scale: number;
  private readonly lengthBiased: GammaVariate;

  constructor(cv: number) {
    this.power = inverseShape(cv);
    this.scale = Math.exp(-lnGamma(1 + this.power));
    this.lengthBiased = new GammaVariate(1 + this.power);
  }

  gap(random: Prng): number {
    return this.scale * random.exponential() ** this.power;
  }

  residual(random: Prng): number {
    return random.uniform() * this.scale * this.lengthBiased.draw(random) ** this.power;
  }
}

export const weibull: BurstinessEntry<{ cv: number }> = {
  summary: 'Weibull gaps with a cv',
  source: 'ServeGen, Xiang et al. 2025 (gaps of some of its clients fit a Weibull better than a gamma)',
  params: z.strictObject({
    cv: positive({ min: 0.01, max: 20 }).default(2).describe('Coefficient of variation of the gaps; 1 is Poisson.'),
  }),
  create: ({ cv }) => new WeibullGaps(cv),
};
