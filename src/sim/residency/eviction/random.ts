/** A uniformly random unpinned entry. O(1) expected while a constant share is unpinned; 8 bytes a slot. */
import * as z from 'zod';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';

/** Independent draws before the search goes on from entry to entry. */
const DRAWS = 16;

class Random implements EvictionPolicy {
  private readonly context: EvictionContext;
  /** The slots in use, densely, and where each of them stands in that list. */
  private readonly used: Int32Array;
  private readonly position: Int32Array;
  private count = 0;

  constructor(context: EvictionContext) {
    this.context = context;
    this.used = new Int32Array(context.capacity);
    this.position = new Int32Array(context.capacity);
  }

  insert(slot: number): void {
    this.used[this.count] = slot;
    this.position[slot] = this.count++;
  }

  hit(): void {}

  remove(slot: number): void {
    const at = this.position[slot];
    const last = this.used[--this.count];
    this.used[at] = last;
    this.position[last] = at;
  }

  evict(): number {
    const { used, count, context } = this;
    if (count === 0) return -1;
    let at = 0;
    for (let draw = 0; draw < DRAWS; draw++) {
      at = Math.floor(((context.random32() >>> 0) / 2 ** 32) * count);
      if (context.pins[used[at]] === 0) return this.take(used[at]);
    }
    for (let step = 1; step <= count; step++) {
      const slot = used[(at + step) % count];
      if (context.pins[slot] === 0) return this.take(slot);
    }
    return -1;
  }

  private take(slot: number): number {
    this.remove(slot);
    return slot;
  }
}

const params = z.strictObject({});

export const random: EvictionEntry<z.infer<typeof params>> = {
  summary: 'A uniformly random entry',
  source: 'Belady, IBM Systems Journal 5(2), 1966',
  params,
  create: (_params, context) => new Random(context),
};
