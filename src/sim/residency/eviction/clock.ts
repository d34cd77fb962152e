/**
 * CLOCK (second chance): FIFO, but an entry used since it was last passed goes round again. One reference bit; as a list
 * with reinsertion, which is the same order as a hand over a ring and stays O(1) amortised where most slots are free.
 * 9 bytes a slot.
 */
import * as z from 'zod';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';
import { SlotLists } from './slot-lists.ts';

class Clock implements EvictionPolicy {
  private readonly lists: SlotLists;
  private readonly list: number;
  private readonly pins: Uint16Array;
  private readonly referenced: Uint8Array;
  private size = 0;

  constructor(context: EvictionContext) {
    this.lists = new SlotLists(context.capacity, 1);
    this.list = this.lists.list(0);
    this.pins = context.pins;
    this.referenced = new Uint8Array(context.capacity);
  }

  insert(slot: number): void {
    this.lists.pushYoung(this.list, slot);
    this.referenced[slot] = 0;
    this.size++;
  }

  hit(slot: number): void {
    this.referenced[slot] = 1;
  }

  remove(slot: number): void {
    this.lists.unlink(slot);
    this.size--;
  }

  evict(): number {
    const { lists, list, pins, referenced } = this;
    // The first turn clears every bit, so a victim is found in the second unless all are pinned.
    for (let left = 2 * this.size; left > 0; left--) {
      const slot = lists.oldest(list);
      if (pins[slot] === 0) {
        if (referenced[slot] === 0) {
          this.remove(slot);
          return slot;
        }
        referenced[slot] = 0;
      }
      lists.renew(list, slot);
    }
    return -1;
  }
}

const params = z.strictObject({});

export const clock: EvictionEntry<z.infer<typeof params>> = {
  summary: 'FIFO with a second chance for entries used since the last pass',
  source: 'Corbató, MIT Project MAC Report MAC-M-384, 1968',
  params,
  create: (_params, context) => new Clock(context),
};
