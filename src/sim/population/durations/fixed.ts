/** Always the same time. */
import * as z from 'zod';
import { duration } from '../../../scenario/units.ts';
import type { DurationEntry } from './law.ts';

export const fixed: DurationEntry<{ value: number }> = {
  summary: 'always the same time',
  source: 'own',
  params: z.strictObject({ value: duration().default(0).describe('The time, seconds.') }),
  create: ({ value }) => ({ mean: value, draw: () => value }),
};
