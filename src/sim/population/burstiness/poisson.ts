/** Poisson arrivals: independent of each other, cv 1. */
import * as z from 'zod';
import type { BurstinessEntry, GapLaw } from './law.ts';

const exponentialGaps: GapLaw = {
  gap: (random) => random.exponential(),
  residual: (random) => random.exponential(),
};

export const poisson: BurstinessEntry<Record<string, never>> = {
  summary: 'Poisson arrivals, cv 1',
  source: 'own',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,
  create: () => exponentialGaps,
};
