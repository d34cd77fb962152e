/**
 * Greedy dual, size and frequency: evicts the smallest H = L + uses · cost/size, where L is the H of the last victim, so that
 * entries not used for long fall behind. Keeps small adapters, and those that are slow to bring back, longer.
 * O(log n); 36 bytes a slot.
 */
import * as z from 'zod';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';
import { SlotHeap } from './slot-heap.ts';

class Gdsf implements EvictionPolicy {
  private readonly heap: SlotHeap;
  private readonly pins: Uint16Array;
  private readonly uses: Int32Array;
  /** Seconds to bring it back per byte. */
  private readonly value: Float64Array;
  private floor = 0;

  constructor(context: EvictionContext) {
    this.heap = new SlotHeap(context.capacity);
    this.pins = context.pins;
    this.uses = new Int32Array(context.capacity);
    this.value = new Float64Array(context.capacity);
  }

  insert(slot: number, _key: number, size: number, cost: number): void {
    this.uses[slot] = 1;
    this.value[slot] = cost / Math.max(1, size);
    this.heap.push(slot, this.floor + this.value[slot]);
  }

  hit(slot: number): void {
    this.uses[slot]++;
    this.heap.update(slot, this.floor + this.uses[slot] * this.value[slot]);
  }

  remove(slot: number): void {
    this.heap.remove(slot);
  }

  evict(): number {
    const { heap, pins } = this;
    while (heap.size > 0 && pins[heap.first()] !== 0) heap.setAside(heap.first());
    const victim = heap.size === 0 ? -1 : heap.first();
    if (victim !== -1) {
      this.floor = heap.priorityOf(victim);
      heap.remove(victim);
    }
    // Pinned entries that were passed are in use: priced as at a use under the new floor, without counting one.
    for (let slot = heap.takeAside(); slot !== -1; slot = heap.takeAside()) {
      heap.restore(slot, victim === -1 ? heap.priorityOf(slot) : this.floor + this.uses[slot] * this.value[slot]);
    }
    return victim;
  }
}

const params = z.strictObject({});

export const gdsf: EvictionEntry<z.infer<typeof params>> = {
  summary: 'Greedy dual by size, cost to bring back and frequency',
  source: 'Cherkasova, HP Labs HPL-98-69R1, 1998',
  params,
  create: (_params, context) => new Gdsf(context),
};
