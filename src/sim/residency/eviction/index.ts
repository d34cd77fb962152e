/**
 * The eviction policies, by the name a scenario gives them.
 *
 * In all of them a pinned entry is never a victim. A scan that meets one treats it as in use: it moves on, to the young end
 * of its list where the policy keeps lists, so that the same pinned entries are not met again at every eviction.
 */
import { arc } from './arc.ts';
import { belady, type OfflineEvictionEntry } from './belady.ts';
import { clock } from './clock.ts';
import { fifo } from './fifo.ts';
import { gdsf } from './gdsf.ts';
import { lfu } from './lfu.ts';
import { lru } from './lru.ts';
import type { EvictionEntry } from './policy.ts';
import { random } from './random.ts';
import { s3Fifo } from './s3-fifo.ts';
import { sieve } from './sieve.ts';
import { wTinyLfu } from './w-tinylfu.ts';

export const EVICTION: Record<string, EvictionEntry> = {
  lru,
  fifo,
  lfu,
  clock,
  sieve,
  's3-fifo': s3Fifo,
  'w-tinylfu': wTinyLfu,
  arc,
  gdsf,
  random,
};

/** Policies that know the future: replays compare with them, a scenario cannot name them. */
export const OFFLINE_EVICTION: Record<string, OfflineEvictionEntry> = {
  belady,
};
