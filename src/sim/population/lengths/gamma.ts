/** Gamma: lighter tail than the lognormal of the same mean and cv; cv 1 is exponential. */
import * as z from 'zod';
import { positive } from '../../../scenario/units.ts';
import { gammaCdf } from '../../random/special.ts';
import { clipping, IN_ORDER, inOrder, type LengthEntry } from './law.ts';

export const gamma: LengthEntry<{ mean: number; cv: number; min: number; max: number }> = {
  summary: 'gamma with a mean and a cv, clipped to min … max',
  source: 'usual fit of output lengths, for instance ServeGen, Xiang et al. 2025 (cv 1: exponential)',
  params: z
    .strictObject({
      mean: positive({ above: 0, max: 1e9 }).default(256).describe('Mean before clipping, tokens.'),
      cv: positive({ above: 0, max: 20 }).default(1).describe('Coefficient of variation before clipping.'),
      ...clipping,
    })
    .refine(inOrder, IN_ORDER),
  create({ mean, cv, min, max }) {
    const shape = 1 / (cv * cv);
    const scale = mean * cv * cv;
    return { min, max, cdf: (k) => gammaCdf(shape, (k + 0.5) / scale) };
  },
};
