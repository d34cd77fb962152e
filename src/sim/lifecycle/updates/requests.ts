/** Requests: an adapter is trained anew after so many answered requests, as reinforcement learning from its user's rollouts is. */
import * as z from 'zod';
import { count } from '../../../scenario/units.ts';
import { Interaction } from './interaction.ts';
import type { UpdateEntry } from './law.ts';

export const requests: UpdateEntry<{ requests: number }> = {
  summary: 'after so many answered requests of the adapter',
  source: 'MinT (arXiv 2605.13779), section 3: policies are trained from the rollouts that they served',
  params: z.strictObject({
    requests: count({ min: 1, max: 1e7 }).default(32).describe('Answered requests that a revision is trained on.'),
  }),
  create: (params, { adapters }) => new Interaction(adapters, params.requests, () => 1),
};
