/** The prefetch policies, by the name a scenario gives them. */
import { history } from './history.ts';
import { none } from './none.ts';
import { onQueue } from './on-queue.ts';
import type { PrefetchEntry } from './policy.ts';
import { popular } from './popular.ts';

export const PREFETCH: Record<string, PrefetchEntry> = {
  none,
  popular,
  'on-queue': onQueue,
  history,
};
