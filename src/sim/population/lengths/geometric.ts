/** Geometric on 1, 2, …: each further token (or turn) follows with the same probability. */
import * as z from 'zod';
import { number } from '../../../scenario/units.ts';
import { clipping, IN_ORDER, inOrder, type LengthEntry } from './law.ts';

export const geometric: LengthEntry<{ mean: number; min: number; max: number }> = {
  summary: 'geometric on 1, 2, …: each further token or turn follows with the same probability',
  source: 'own',
  params: z
    .strictObject({
      mean: number({ min: 1, max: 1e9 }).default(4).describe('Mean before clipping.'),
      ...clipping,
    })
    .refine(inOrder, IN_ORDER),
  create({ mean, min, max }) {
    const logStay = Math.log1p(-1 / mean);
    return { min, max, cdf: (k) => (k < 1 ? 0 : -Math.expm1(k * logStay)) };
  },
};
