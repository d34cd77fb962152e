/**
 * W-TinyLFU: new entries enter a small LRU window; what leaves the window competes with the main area's victim, and the one
 * with the lower recent frequency is evicted. The main area is a segmented LRU: probation, and protected for entries used
 * again. Shares are measured in bytes, against what the tier holds. As in ben-manes/caffeine, without its adaptive window.
 * O(1) amortised; 21 bytes a slot and 8 to 16 for the sketch.
 */
import * as z from 'zod';
import { fraction, positive } from '../../../scenario/units.ts';
import { FrequencySketch } from './frequency-sketch.ts';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';
import { EVERYTHING, PATIENCE, SlotLists } from './slot-lists.ts';

const WINDOW = 0;
const PROBATION = 1;
const PROTECTED = 2;
/** Candidates used this often are admitted now and then even where they lose: one time in 128, as in Caffeine. */
const WARM = 6;

class WTinyLfu implements EvictionPolicy {
  private readonly lists: SlotLists;
  private readonly pins: Uint16Array;
  private readonly random32: () => number;
  private readonly sketch: FrequencySketch;
  private readonly keys: Int32Array;
  private readonly sizes: Float64Array;
  private readonly segment: Uint8Array;
  private readonly bytes = new Float64Array(3);
  private readonly windowShare: number;
  private readonly protectedShare: number;
  private readonly sample: number;
  private count = 0;
  /** Uses counted since the sketch was last aged. */
  private additions = 0;

  constructor(params: z.infer<typeof schema>, context: EvictionContext) {
    const { capacity } = context;
    this.lists = new SlotLists(capacity, 3);
    this.pins = context.pins;
    this.random32 = context.random32;
    this.sketch = new FrequencySketch(capacity, params.doorkeeper);
    this.keys = new Int32Array(capacity);
    this.sizes = new Float64Array(capacity);
    this.segment = new Uint8Array(capacity);
    this.windowShare = params.window;
    this.protectedShare = params.protected;
    this.sample = params.sample;
  }

  insert(slot: number, key: number, size: number): void {
    this.record(key);
    this.keys[slot] = key;
    this.sizes[slot] = size;
    this.segment[slot] = WINDOW;
    this.bytes[WINDOW] += size;
    this.count++;
    this.lists.pushYoung(this.lists.list(WINDOW), slot);
    this.spillWindow();
  }

  hit(slot: number): void {
    this.record(this.keys[slot]);
    const segment = this.segment[slot];
    if (segment !== PROBATION) {
      this.lists.renew(this.lists.list(segment), slot);
      return;
    }
    this.move(slot, PROTECTED);
    const limit = this.protectedShare * (this.bytes[PROBATION] + this.bytes[PROTECTED]);
    const list = this.lists.list(PROTECTED);
    while (this.bytes[PROTECTED] > limit && !this.lists.isEmpty(list)) this.move(this.lists.oldest(list), PROBATION);
  }

  remove(slot: number): void {
    this.lists.unlink(slot);
    this.bytes[this.segment[slot]] -= this.sizes[slot];
    this.count--;
  }

  evict(): number {
    if (this.additions >= this.sample * this.count) {
      this.sketch.age();
      this.additions >>>= 1;
    }
    let victim = this.choose(PATIENCE);
    if (victim === -1) victim = this.choose(EVERYTHING);
    if (victim !== -1) this.remove(victim);
    return victim;
  }

  /** The victim, still in its place; −1 where each list starts with `limit` pinned entries. */
  private choose(limit: number): number {
    const { lists, pins, bytes } = this;
    const total = bytes[WINDOW] + bytes[PROBATION] + bytes[PROTECTED];
    let victim = lists.oldestUnpinned(lists.list(PROBATION), pins, limit);
    if (victim === -1) victim = lists.oldestUnpinned(lists.list(PROTECTED), pins, limit);
    // One more entry of mean size must overflow the window; otherwise it has room and the main area pays.
    if (victim !== -1 && bytes[WINDOW] + total / this.count <= this.windowShare * total) return victim;
    const candidate = lists.oldestUnpinned(lists.list(WINDOW), pins, limit);
    if (candidate === -1) return victim;
    if (victim === -1 || !this.preferred(candidate, victim)) return candidate;
    this.move(candidate, PROBATION);
    return victim;
  }

  private preferred(candidate: number, victim: number): boolean {
    const frequency = this.sketch.estimate(this.keys[candidate]);
    if (frequency > this.sketch.estimate(this.keys[victim])) return true;
    // A victim whose counters collide with those of a hot key would win every contest and freeze the main area.
    return frequency >= WARM && (this.random32() & 127) === 0;
  }

  private record(key: number): void {
    this.sketch.add(key);
    this.additions++;
  }

  /** Entries beyond the window's share go on probation; the newest entry always stays. */
  private spillWindow(): void {
    const { bytes, lists } = this;
    const limit = this.windowShare * (bytes[WINDOW] + bytes[PROBATION] + bytes[PROTECTED]);
    const list = lists.list(WINDOW);
    while (bytes[WINDOW] > limit && lists.oldest(list) !== lists.youngest(list))
      this.move(lists.oldest(list), PROBATION);
  }

  private move(slot: number, segment: number): void {
    this.bytes[this.segment[slot]] -= this.sizes[slot];
    this.bytes[segment] += this.sizes[slot];
    this.segment[slot] = segment;
    this.lists.renew(this.lists.list(segment), slot);
  }
}

const schema = z.strictObject({
  window: fraction({ above: 0, below: 1 }).default(0.01).describe('share of the tier for the window of new entries'),
  protected: fraction({ min: 0, below: 1 }).default(0.8).describe('share of the main area for entries used again'),
  sample: positive()
    .default(10)
    .describe('uses between agings of the frequencies, relative to the entries of the tier'),
  doorkeeper: z.boolean().default(false).describe('keep the first use of a key in a Bloom filter, out of the counters'),
});

export const wTinyLfu: EvictionEntry<z.infer<typeof schema>> = {
  summary: 'LRU window with admission to a segmented LRU by recent frequency',
  source: 'Einziger, Friedman and Manes, ACM Transactions on Storage 13(4), 2017',
  params: schema,
  create: (chosen, context) => new WTinyLfu(chosen, context),
};
