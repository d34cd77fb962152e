/** No updates: adapters keep their first revision, until a base upgrade asks for another. */
import * as z from 'zod';
import type { UpdateEntry } from './law.ts';

export const none: UpdateEntry<Record<string, never>> = {
  summary: 'adapters keep the revision that they begin with',
  source: 'own',
  params: z.strictObject({}),
  create: () => ({
    nextNs: Number.POSITIVE_INFINITY,
    adapter: 0,
    advance() {},
    served: () => false,
    taken() {},
  }),
};
