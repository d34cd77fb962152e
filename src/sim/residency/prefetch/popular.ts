/**
 * Keeps the most popular adapters of the replica in host memory. Popularity is counted by Space-Saving, which never
 * underestimates and is off by at most (arrivals/counters), and halves at every refresh so that it follows drift.
 * O(log counters) an arrival, O(counters·log counters) a refresh; 44 bytes a counter, 16 counters an adapter kept.
 */
import * as z from 'zod';
import { count, duration } from '../../../scenario/units.ts';
import { SlotHeap } from '../eviction/slot-heap.ts';
import { HashIndex } from '../index-map.ts';
import type { PrefetchContext, PrefetchEntry, PrefetchPolicy } from './policy.ts';

/** Counters for each adapter that is kept: a count is off by at most 1/16 of the arrivals per kept adapter. */
const COUNTERS_PER_ADAPTER = 16;

class Popular implements PrefetchPolicy {
  readonly interval: number;
  private readonly context: PrefetchContext;
  private readonly kept: number;
  /** Counters are the heap's slots, counts their priorities. */
  private readonly counts: SlotHeap;
  private readonly adapterOf: Int32Array;
  private readonly index: HashIndex;
  private readonly order: Int32Array;

  constructor(kept: number, interval: number, context: PrefetchContext) {
    this.interval = interval;
    this.context = context;
    this.kept = Math.min(kept, context.hostCapacity);
    const counters = Math.min(context.adapters, COUNTERS_PER_ADAPTER * this.kept);
    this.counts = new SlotHeap(counters);
    this.adapterOf = new Int32Array(counters);
    this.index = new HashIndex(counters);
    this.order = new Int32Array(counters);
  }

  arrived(adapter: number): void {
    const { counts, index, adapterOf } = this;
    const counter = index.get(adapter);
    if (counter !== -1) {
      counts.update(counter, counts.priorityOf(counter) + 1);
      return;
    }
    if (counts.size < adapterOf.length) {
      const fresh = counts.size;
      adapterOf[fresh] = adapter;
      index.set(adapter, fresh);
      counts.push(fresh, 1);
      return;
    }
    // The adapter with the smallest count gives up its counter, count included.
    const taken = counts.first();
    index.delete(adapterOf[taken]);
    adapterOf[taken] = adapter;
    index.set(adapter, taken);
    counts.update(taken, counts.priorityOf(taken) + 1);
  }

  tick(_nowNs: number, budget: number): void {
    const { counts, adapterOf } = this;
    const order = this.order.subarray(0, counts.size);
    for (let counter = 0; counter < order.length; counter++) order[counter] = counter;
    order.sort((a, b) => counts.priorityOf(b) - counts.priorityOf(a) || adapterOf[a] - adapterOf[b]);
    let left = budget;
    for (let place = 0; place < order.length && place < this.kept && left > 0; place++) {
      if (this.context.wantHost(adapterOf[order[place]])) left--;
    }
    counts.scale(0.5);
  }
}

const params = z.strictObject({
  count: count({ min: 1 }).default(100).describe('adapters to keep in the host memory of a replica'),
  interval: duration({ above: 0 }).default(60).describe('seconds between refreshes; counts halve at each'),
});

export const popular: PrefetchEntry<z.infer<typeof params>> = {
  summary: 'Keeps the most popular adapters in host memory',
  source: 'Metwally, Agrawal and El Abbadi (Space-Saving), ICDT 2005',
  params,
  create: (chosen, context) => new Popular(chosen.count, chosen.interval, context),
};
