/** Lognormal: think times of people, with their long breaks. */
import * as z from 'zod';
import { duration, number } from '../../../scenario/units.ts';
import type { DurationEntry } from './law.ts';

export const lognormal: DurationEntry<{ mean: number; cv: number }> = {
  summary: 'lognormal with a mean and a cv',
  source: 'own',
  params: z.strictObject({
    mean: duration({ above: 0 }).default(30).describe('Mean, seconds.'),
    cv: number({ max: 100 }).default(1).describe('Coefficient of variation.'),
  }),
  create({ mean, cv }) {
    const variance = Math.log1p(cv * cv);
    const mu = Math.log(mean) - 0.5 * variance;
    const sigma = Math.sqrt(variance);
    return { mean, draw: (random) => Math.exp(mu + sigma * random.normal()) };
  },
};
