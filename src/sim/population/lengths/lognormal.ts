/** Lognormal: what prompt and answer lengths of chat traces are usually fitted with. */
import * as z from 'zod';
import { number, positive } from '../../../scenario/units.ts';
import { normalCdf } from '../../random/special.ts';
import { clipping, IN_ORDER, inOrder, type LengthEntry } from './law.ts';

interface Params {
  median?: number;
  mean?: number;
  sigma?: number;
  cv?: number;
  min: number;
  max: number;
}

export const lognormal: LengthEntry<Params> = {
  summary: 'lognormal, given by median or mean and sigma or cv, clipped to min … max',
  source: 'usual fit of chat traces, for instance Punica, Chen et al., MLSys 2024',
  params: z
    .strictObject({
      median: positive({ above: 0, max: 1e9 }).optional().describe('Median before clipping, tokens; 256 by default.'),
      mean: positive({ above: 0, max: 1e9 })
        .optional()
        .describe('Mean before clipping, tokens; instead of the median.'),
      sigma: number({ max: 10 }).optional().describe('Standard deviation of the logarithm; 1 by default.'),
      cv: number({ max: 100 }).optional().describe('Coefficient of variation before clipping; instead of sigma.'),
      ...clipping,
    })
    .refine(inOrder, IN_ORDER)
    .refine((p) => p.median === undefined || p.mean === undefined, {
      message: 'give median or mean, not both',
      path: ['mean'],
    })
    .refine((p) => p.sigma === undefined || p.cv === undefined, {
      message: 'give sigma or cv, not both',
      path: ['cv'],
    }),
  create({ median, mean, sigma, cv, min, max }) {
    const s = cv === undefined ? (sigma ?? 1) : Math.sqrt(Math.log1p(cv * cv));
    const mu = mean === undefined ? Math.log(median ?? 256) : Math.log(mean) - 0.5 * s * s;
    return {
      min,
      max,
      cdf(k) {
        const distance = Math.log(k + 0.5) - mu;
        return s === 0 ? (distance >= 0 ? 1 : 0) : normalCdf(distance / s);
      },
    };
  },
};
