/** Always the same length. */
import * as z from 'zod';
import { count } from '../../../scenario/units.ts';
import { type LengthEntry, LONGEST } from './law.ts';

export const fixed: LengthEntry<{ tokens: number }> = {
  summary: 'always the same length',
  source: 'own',
  params: z.strictObject({
    tokens: count({ min: 1, max: LONGEST }).default(128).describe('The length, tokens.'),
  }),
  create: ({ tokens }) => ({ min: tokens, max: tokens, cdf: (k) => (k < tokens ? 0 : 1) }),
};
