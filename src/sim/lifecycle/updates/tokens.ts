/** Tokens: an adapter is trained anew after so many prompt and output tokens of its user. */
import * as z from 'zod';
import { count } from '../../../scenario/units.ts';
import { Interaction } from './interaction.ts';
import type { UpdateEntry } from './law.ts';

export const tokens: UpdateEntry<{ tokens: number }> = {
  summary: 'after so many prompt and output tokens of the adapter',
  source: 'MinT (arXiv 2605.13779), section 3: policies are trained from the rollouts that they served',
  params: z.strictObject({
    tokens: count({ min: 1, max: 1e7 }).default(50_000).describe('Tokens that a revision is trained on.'),
  }),
  create: (params, { adapters }) => new Interaction(adapters, params.tokens, (tokens) => tokens),
};
