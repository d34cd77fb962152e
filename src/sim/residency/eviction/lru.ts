/** Least recently used: a recency list. O(1), 8 bytes a slot. What vLLM, SGLang and S-LoRA's descendants run on GPU slots. */
import * as z from 'zod';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';
import { SlotLists } from './slot-lists.ts';

class Lru implements EvictionPolicy {
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

  hit(slot: number): void {
    this.lists.renew(this.list, slot);
  }

  remove(slot: number): void {
    this.lists.unlink(slot);
  }

  evict(): number {
    return this.lists.takeOldest(this.list, this.pins);
  }
}

const params = z.strictObject({});

export const lru: EvictionEntry<z.infer<typeof params>> = {
  summary: 'Least recently used',
  source: 'Mattson, Gecsei, Slutz and Traiger, IBM Systems Journal 9(2), 1970',
  params,
  create: (_params, context) => new Lru(context),
};
