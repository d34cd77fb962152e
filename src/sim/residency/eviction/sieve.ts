/**
 * SIEVE: a FIFO list and a hand that moves from old to young, clears visited bits and evicts the first entry without one.
 * Survivors keep their place, so new entries are sifted fast while old popular ones stay. A hit writes one byte.
 * O(1) amortised, 9 bytes a slot.
 */
import * as z from 'zod';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';
import { SlotLists } from './slot-lists.ts';

class Sieve implements EvictionPolicy {
  private readonly lists: SlotLists;
  private readonly list: number;
  private readonly pins: Uint16Array;
  private readonly visited: Uint8Array;
  /** The next entry to look at; the list's handle means "start at the oldest". */
  private hand: number;
  private size = 0;

  constructor(context: EvictionContext) {
    this.lists = new SlotLists(context.capacity, 1);
    this.list = this.lists.list(0);
    this.hand = this.list;
    this.pins = context.pins;
    this.visited = new Uint8Array(context.capacity);
  }

  insert(slot: number): void {
    this.lists.pushYoung(this.list, slot);
    this.visited[slot] = 0;
    this.size++;
  }

  hit(slot: number): void {
    this.visited[slot] = 1;
  }

  remove(slot: number): void {
    if (slot === this.hand) this.hand = this.lists.younger(slot);
    this.lists.unlink(slot);
    this.size--;
  }

  evict(): number {
    const { lists, list, pins, visited } = this;
    let slot = this.hand;
    // One turn clears every bit, the next finds a victim unless all are pinned. The handle takes a step of its own.
    for (let left = 2 * this.size + 2; left > 0; left--) {
      if (slot !== list && pins[slot] === 0) {
        if (visited[slot] === 0) {
          this.hand = lists.younger(slot);
          lists.unlink(slot);
          this.size--;
          return slot;
        }
        visited[slot] = 0;
      }
      slot = lists.younger(slot);
    }
    return -1;
  }
}

const params = z.strictObject({});

export const sieve: EvictionEntry<z.infer<typeof params>> = {
  summary: 'FIFO with lazy promotion and quick demotion by a moving hand',
  source: 'Zhang et al., NSDI 2024',
  params,
  create: (_params, context) => new Sieve(context),
};
