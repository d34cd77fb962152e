/**
 * The eviction policies, by the name a scenario gives them.
 *
 * In all of them a pinned entry is never a victim. A scan that meets one treats it as in use: it moves on, to the young end
 * of its list where the policy keeps lists, so that the same pinned entries are not met again at every eviction.
 */
import { lru } from './lru.ts';
import type { EvictionEntry } from './policy.ts';

export const EVICTION: Record<string, EvictionEntry> = {
  lru,
};
