/** Every user of the cohort asks equally often. */
import * as z from 'zod';
import type { PopularityEntry } from './law.ts';
import { RunLaw } from './runs.ts';

export const uniform: PopularityEntry<Record<string, never>> = {
  summary: 'every user equally often',
  source: 'own',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,
  create: (_, users) => new RunLaw([{ end: users, weight: 1 }]),
};
