/**
 * Belady's MIN: evicts the entry whose next use lies furthest ahead. It needs the future, so only a replay of a finished
 * trace can run it; no online policy misses less often where entries have equal sizes. With unequal sizes it is a reference
 * point, not a bound (the optimum is then NP-hard: Chrobak et al., SOFSEM 2012).
 * O(log n); 24 bytes a slot.
 */
import * as z from 'zod';
import type { Entry } from '../../../scenario/family.ts';
import type { EvictionContext, EvictionPolicy } from './policy.ts';
import { SlotHeap } from './slot-heap.ts';

/** What lies ahead in a trace that is known to its end. */
export interface Future {
  /** The request being served, an index into `next`. Moved by the replay. */
  position: number;
  /** The position of the next request for the same key; the length of the trace where none follows. */
  readonly next: Int32Array;
}

/** A policy that is handed the future: for replays, not for a scenario. */
export interface OfflineEvictionEntry<P = unknown> extends Entry<P> {
  create(params: P, context: EvictionContext, future: Future): EvictionPolicy;
}

class Belady implements EvictionPolicy {
  private readonly heap: SlotHeap;
  private readonly pins: Uint16Array;
  private readonly future: Future;

  constructor(context: EvictionContext, future: Future) {
    this.heap = new SlotHeap(context.capacity);
    this.pins = context.pins;
    this.future = future;
  }

  insert(slot: number): void {
    this.heap.push(slot, -this.future.next[this.future.position]);
  }

  hit(slot: number): void {
    this.heap.update(slot, -this.future.next[this.future.position]);
  }

  remove(slot: number): void {
    this.heap.remove(slot);
  }

  evict(): number {
    const { heap, pins } = this;
    while (heap.size > 0 && pins[heap.first()] !== 0) heap.setAside(heap.first());
    const victim = heap.size === 0 ? -1 : heap.first();
    if (victim !== -1) heap.remove(victim);
    for (let slot = heap.takeAside(); slot !== -1; slot = heap.takeAside()) heap.restore(slot, heap.priorityOf(slot));
    return victim;
  }
}

const params = z.strictObject({});

export const belady: OfflineEvictionEntry<z.infer<typeof params>> = {
  summary: "Belady's MIN: furthest next use, the bound for equal sizes",
  source: 'Belady, IBM Systems Journal 5(2), 1966',
  params,
  create: (_params, context, future) => new Belady(context, future),
};

/** For each request, the position of the next one for the same key (the trace's length where none follows). O(n). */
export function nextUses(keys: Int32Array | Uint32Array, universe: number): Int32Array {
  const next = new Int32Array(keys.length);
  const seen = new Int32Array(universe).fill(keys.length);
  for (let i = keys.length - 1; i >= 0; i--) {
    next[i] = seen[keys[i]];
    seen[keys[i]] = i;
  }
  return next;
}
