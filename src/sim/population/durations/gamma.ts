/** Gamma: cv below 1 is steadier than exponential, above 1 more variable. */
import * as z from 'zod';
import { duration, positive } from '../../../scenario/units.ts';
import { GammaVariate } from '../../random/gamma.ts';
import type { DurationEntry } from './law.ts';

export const gamma: DurationEntry<{ mean: number; cv: number }> = {
  summary: 'gamma with a mean and a cv',
  source: 'own',
  params: z.strictObject({
    mean: duration().default(30).describe('Mean, seconds.'),
    cv: positive({ above: 0, max: 20 }).default(0.5).describe('Coefficient of variation.'),
  }),
  create({ mean, cv }) {
    const variate = new GammaVariate(1 / (cv * cv));
    const scale = mean * cv * cv;
    return { mean, draw: (random) => scale * variate.draw(random) };
  },
};
