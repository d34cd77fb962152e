/**
 * Gamma gaps with a coefficient of variation, as S-LoRA's and vLLM's load generators draw them: shape 1/cv², scale cv².
 * The residual life is U·X with X drawn from the length-biased law, which for a gamma is the gamma of shape + 1.
 */
import * as z from 'zod';
import { positive } from '../../../scenario/units.ts';
import { GammaVariate } from '../../random/gamma.ts';
import type { Prng } from '../../random/prng.ts';
import type { BurstinessEntry, GapLaw } from './law.ts';

class GammaGaps implements GapLaw {
  private readonly variate: GammaVariate;
  private readonly lengthBiased: GammaVariate;
  private readonly scale: number;

  constructor(cv: number) {
    this.scale = cv * cv;
    this.variate = new GammaVariate(1 / this.scale);
    this.lengthBiased = new GammaVariate(1 / this.scale + 1);
  }

  gap(random: Prng): number {
    return this.scale * this.variate.draw(random);
  }

  residual(random: Prng): number {
    return random.uniform() * this.scale * this.lengthBiased.draw(random);
  }
}

export const gamma: BurstinessEntry<{ cv: number }> = {
  summary: 'gamma gaps with a cv',
  source:
    'S-LoRA workload generator, Sheng et al., MLSys 2024; cv 2.7 to 6.7 per client in ServeGen, Xiang et al. 2025',
  params: z.strictObject({
    cv: positive({ above: 0, max: 20 }).default(2).describe('Coefficient of variation of the gaps; 1 is Poisson.'),
  }),
  create: ({ cv }) => new GammaGaps(cv),
};
