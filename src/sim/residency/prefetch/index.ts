/** The prefetch policies, by the name a scenario gives them. */
import { none } from './none.ts';
import type { PrefetchEntry } from './policy.ts';

export const PREFETCH: Record<string, PrefetchEntry> = {
  none,
};
