/** First in, first out: evicts in order of arrival, uses do not matter. O(1), 8 bytes a slot. */
import * as z from 'zod';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';
import { SlotLists } from './slot-lists.ts';

class Fifo implements EvictionPolicy {
  private readonly lists: SlotLists;
  private readonly list: number;
  private readonly pins: Uint16Array;

  constructor(context: EvictionContext) {
    this.lists = new SlotLists(context.capacity, 1);
    this.list = this.lists.list(0);
    this.pins = context.pins;
  }

  insert(slot: number): void {
    this.lists.pushYoung(this.list, slot);
  }

  hit(): void {}

  remove(slot: number): void {
    this.lists.unlink(slot);
  }

  evict(): number {
    return this.lists.takeOldest(this.list, this.pins);
  }
}

const params = z.strictObject({});

export const fifo: EvictionEntry<z.infer<typeof params>> = {
  summary: 'First in, first out',
  source: 'Belady, IBM Systems Journal 5(2), 1966',
  params,
  create: (_params, context) => new Fifo(context),
};
