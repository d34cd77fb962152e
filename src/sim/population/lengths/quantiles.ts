/** An empirical law by its quantiles, straight between them; a first point above 0% is an atom at its value. */
import * as z from 'zod';
import { fraction, number } from '../../../scenario/units.ts';
import { type LengthEntry, LONGEST } from './law.ts';

interface Point {
  at: number;
  value: number;
}

const rising = (points: readonly Point[]) =>
  points.every(({ at, value }, i) => i === 0 || (at >= points[i - 1].at && value >= points[i - 1].value));

export const quantiles: LengthEntry<{ points: Point[] }> = {
  summary: 'empirical: a list of quantiles, straight lines between them',
  source: 'own',
  params: z.strictObject({
    points: z
      .array(
        z.strictObject({
          at: fraction().describe('Share of the draws at or below the value.'),
          value: number({ min: 1, max: LONGEST }).describe('The value, tokens.'),
        }),
      )
      .min(2)
      .refine(rising, 'points must rise in both coordinates')
      .refine((points) => points[points.length - 1]?.at === 1, 'the last point must be at 100%')
      .default([
        { at: 0, value: 16 },
        { at: 0.5, value: 256 },
        { at: 0.9, value: 1024 },
        { at: 1, value: 4096 },
      ])
      .describe('Quantiles in rising order; the last one at 100%.'),
  }),
  create: ({ points }) => ({
    min: Math.max(1, Math.round(points[0].value)),
    max: Math.max(1, Math.round(points[points.length - 1].value)),
    cdf: (k) => interpolate(points, k + 0.5),
  }),
};

/** The largest share reached at x. */
function interpolate(points: readonly Point[], x: number): number {
  if (x < points[0].value) return 0;
  for (let i = points.length - 1; i >= 0; i--) {
    if (x < points[i].value) continue;
    const after = points[i + 1];
    if (after === undefined) return 1;
    return points[i].at + ((x - points[i].value) / (after.value - points[i].value)) * (after.at - points[i].at);
  }
  return 0;
}
