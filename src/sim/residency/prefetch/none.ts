/** No prefetch: every adapter is loaded when a request is about to start. The baseline. */
import * as z from 'zod';
import type { PrefetchEntry, PrefetchPolicy } from './policy.ts';

class None implements PrefetchPolicy {
  readonly interval = Number.POSITIVE_INFINITY;

  arrived(): void {}

  tick(): void {}
}

const params = z.strictObject({});

export const none: PrefetchEntry<z.infer<typeof params>> = {
  summary: 'Loads on demand only',
  source: 'own',
  params,
  create: () => new None(),
};
