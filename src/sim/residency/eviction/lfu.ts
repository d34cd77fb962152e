/**
 * Least frequently used while resident; among equals the one that reached its frequency first. O(1) by frequency buckets:
 * all entries stand in one list by (frequency, time of reaching it), and each bucket knows its youngest entry, behind which
 * the next one to reach that frequency is linked. 20 bytes a slot.
 */
import * as z from 'zod';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';
import { SlotLists } from './slot-lists.ts';

class Lfu implements EvictionPolicy {
  private readonly lists: SlotLists;
  private readonly list: number;
  private readonly pins: Uint16Array;
  /** Bucket of each slot. Buckets are numbered by a free list; there are never more than entries. */
  private readonly bucketOf: Int32Array;
  private readonly frequency: Int32Array;
  /** Youngest entry of a bucket in use; next free bucket of one that is not. */
  private readonly youngest: Int32Array;
  private freeBucket = 0;

  constructor(context: EvictionContext) {
    const { capacity } = context;
    this.lists = new SlotLists(capacity, 1);
    this.list = this.lists.list(0);
    this.pins = context.pins;
    this.bucketOf = new Int32Array(capacity);
    this.frequency = new Int32Array(capacity);
    this.youngest = new Int32Array(capacity);
    for (let bucket = 0; bucket < capacity; bucket++) this.youngest[bucket] = bucket + 1;
  }

  insert(slot: number): void {
    const oldest = this.lists.oldest(this.list);
    if (oldest !== this.list && this.frequency[this.bucketOf[oldest]] === 1) {
      const bucket = this.bucketOf[oldest];
      this.link(slot, bucket, this.youngest[bucket]);
    } else {
      this.link(slot, this.openBucket(1), this.list);
    }
  }

  hit(slot: number): void {
    const { lists, list, bucketOf } = this;
    const bucket = bucketOf[slot];
    const frequency = this.frequency[bucket] + 1;
    const youngest = this.youngest[bucket];
    const following = lists.younger(youngest);
    if (following !== list && this.frequency[bucketOf[following]] === frequency) {
      const next = bucketOf[following];
      this.remove(slot);
      this.link(slot, next, this.youngest[next]);
      return;
    }
    const older = lists.older(slot);
    if (youngest !== slot) {
      this.remove(slot);
      this.link(slot, this.openBucket(frequency), youngest);
    } else if (older !== list && bucketOf[older] === bucket) {
      this.remove(slot);
      this.link(slot, this.openBucket(frequency), older);
    } else {
      // Alone in its bucket and nobody at the next frequency: the bucket itself moves up.
      this.frequency[bucket] = frequency;
    }
  }

  remove(slot: number): void {
    const bucket = this.bucketOf[slot];
    if (this.youngest[bucket] === slot) {
      const older = this.lists.older(slot);
      if (older !== this.list && this.bucketOf[older] === bucket) {
        this.youngest[bucket] = older;
      } else {
        this.youngest[bucket] = this.freeBucket;
        this.freeBucket = bucket;
      }
    }
    this.lists.unlink(slot);
  }

  evict(): number {
    const { lists, list, pins } = this;
    let victim = lists.oldest(list);
    while (victim !== list && pins[victim] !== 0) victim = lists.younger(victim);
    if (victim === list) return -1;
    // Pinned entries that were stepped over are in use: raised to the victim's frequency, they are not met again until
    // every entry that stands there has left.
    const bucket = this.bucketOf[victim];
    for (let slot = lists.oldest(list); slot !== victim; slot = lists.oldest(list)) {
      this.remove(slot);
      this.link(slot, bucket, this.youngest[bucket]);
    }
    this.remove(victim);
    return victim;
  }

  private openBucket(frequency: number): number {
    const bucket = this.freeBucket;
    this.freeBucket = this.youngest[bucket];
    this.frequency[bucket] = frequency;
    return bucket;
  }

  /** Makes `slot` the youngest entry of `bucket`, right behind the entry (or the list's handle) `behind`. */
  private link(slot: number, bucket: number, behind: number): void {
    this.lists.insertAfter(behind, slot);
    this.youngest[bucket] = slot;
    this.bucketOf[slot] = bucket;
  }
}

const params = z.strictObject({});

export const lfu: EvictionEntry<z.infer<typeof params>> = {
  summary: 'Least frequently used while resident, oldest first among equals',
  source: 'Shah, Mitra and Matani, "An O(1) algorithm for implementing the LFU cache eviction scheme", 2010',
  params,
  create: (_params, context) => new Lfu(context),
};
