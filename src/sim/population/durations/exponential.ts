/** Exponential: the memoryless think time of closed queueing networks. */
import * as z from 'zod';
import { duration } from '../../../scenario/units.ts';
import type { DurationEntry } from './law.ts';

export const exponential: DurationEntry<{ mean: number }> = {
  summary: 'exponential',
  source: 'own',
  params: z.strictObject({ mean: duration().default(30).describe('Mean, seconds.') }),
  create: ({ mean }) => ({ mean, draw: (random) => mean * random.exponential() }),
};
