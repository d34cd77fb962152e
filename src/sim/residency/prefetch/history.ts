/**
 * Expects each adapter back one mean gap after its last arrival, the mean being an exponentially weighted moving average of
 * its gaps, and asks for it a little before that. The least recently seen adapters are forgotten first.
 * O(log tracked) an arrival and a wish; 65 bytes a tracked adapter.
 */
import * as z from 'zod';
import { duration, fraction, positive } from '../../../scenario/units.ts';
import { SlotHeap } from '../eviction/slot-heap.ts';
import { SlotLists } from '../eviction/slot-lists.ts';
import { HashIndex } from '../index-map.ts';
import type { PrefetchContext, PrefetchEntry, PrefetchPolicy } from './policy.ts';

class History implements PrefetchPolicy {
  readonly interval: number;
  private readonly context: PrefetchContext;
  private readonly leadNs: number;
  private readonly smoothing: number;
  /** Tracked adapters are numbered; recency list, mean gap (NaN after one arrival) and last arrival by number. */
  private readonly index: HashIndex;
  private readonly recency: SlotLists;
  private readonly list: number;
  private readonly adapterOf: Int32Array;
  private readonly gapNs: Float64Array;
  private readonly lastNs: Float64Array;
  /** Expected returns, ns, of those that were not asked for yet. */
  private readonly returns: SlotHeap;
  private readonly expected: Uint8Array;
  private tracked = 0;

  constructor(params: z.infer<typeof schema>, context: PrefetchContext) {
    this.interval = params.interval;
    this.context = context;
    this.leadNs = params.lead * 1e9;
    this.smoothing = params.smoothing;
    const capacity = Math.max(1, Math.min(context.adapters, Math.ceil(params.tracked * context.hostCapacity)));
    this.index = new HashIndex(capacity);
    this.recency = new SlotLists(capacity, 1);
    this.list = this.recency.list(0);
    this.adapterOf = new Int32Array(capacity);
    this.gapNs = new Float64Array(capacity);
    this.lastNs = new Float64Array(capacity);
    this.returns = new SlotHeap(capacity);
    this.expected = new Uint8Array(capacity);
  }

  arrived(adapter: number, nowNs: number): void {
    const number = this.index.get(adapter);
    if (number === -1) {
      this.track(adapter, nowNs);
      return;
    }
    const gap = nowNs - this.lastNs[number];
    const mean = this.gapNs[number];
    this.gapNs[number] = Number.isNaN(mean) ? gap : mean + this.smoothing * (gap - mean);
    this.lastNs[number] = nowNs;
    this.recency.renew(this.list, number);
    const due = nowNs + this.gapNs[number];
    if (this.expected[number] === 1) this.returns.update(number, due);
    else this.returns.push(number, due);
    this.expected[number] = 1;
  }

  tick(nowNs: number, budget: number): void {
    const { returns } = this;
    const horizonNs = nowNs + this.leadNs;
    for (let left = budget; left > 0 && returns.size > 0; ) {
      const number = returns.first();
      const due = returns.priorityOf(number);
      if (due > horizonNs) return;
      // One wish a gap: an adapter that did not come when expected is not asked for again until it comes.
      returns.remove(number);
      this.expected[number] = 0;
      if (due >= nowNs - this.leadNs && this.context.wantHost(this.adapterOf[number])) left--;
    }
  }

  private track(adapter: number, nowNs: number): void {
    let number = this.tracked;
    if (number < this.adapterOf.length) {
      this.tracked++;
      this.recency.pushYoung(this.list, number);
    } else {
      number = this.recency.oldest(this.list);
      this.recency.renew(this.list, number);
      this.index.delete(this.adapterOf[number]);
      if (this.expected[number] === 1) this.returns.remove(number);
    }
    this.adapterOf[number] = adapter;
    this.index.set(adapter, number);
    this.gapNs[number] = Number.NaN;
    this.lastNs[number] = nowNs;
    this.expected[number] = 0;
  }
}

const schema = z.strictObject({
  interval: duration({ above: 0 }).default(1).describe('seconds between looks ahead'),
  lead: duration().default(10).describe('seconds before its expected return that an adapter is asked for'),
  smoothing: fraction({ above: 0 }).default(0.25).describe('weight of the latest gap in the moving average'),
  tracked: positive().default(4).describe('adapters remembered, relative to what host memory holds'),
});

export const history: PrefetchEntry<z.infer<typeof schema>> = {
  summary: 'Ahead of the expected return, by a moving average of arrival gaps',
  source: 'own; after the idle-time histograms of Shahrad et al., USENIX ATC 2020',
  params: schema,
  create: (chosen, context) => new History(chosen, context),
};
