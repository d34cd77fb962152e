/** Every integer from min to max equally likely, both ends included. */
import * as z from 'zod';
import { count } from '../../../scenario/units.ts';
import { IN_ORDER, inOrder, type LengthEntry, LONGEST } from './law.ts';

export const uniform: LengthEntry<{ min: number; max: number }> = {
  summary: 'every integer from min to max, both included, equally likely',
  source: 'S-LoRA workload generator, Sheng et al., MLSys 2024 (8 to 511 tokens, its randint excludes 512)',
  params: z
    .strictObject({
      min: count({ min: 1, max: LONGEST }).default(8).describe('Smallest length, tokens.'),
      max: count({ min: 1, max: LONGEST }).default(511).describe('Largest length, tokens, included.'),
    })
    .refine(inOrder, IN_ORDER),
  create: ({ min, max }) => ({ min, max, cdf: (k) => (k - min + 1) / (max - min + 1) }),
};
