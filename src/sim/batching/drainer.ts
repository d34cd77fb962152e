/**
 * SGLang's drainer of starved adapters (python/sglang/srt/lora/lora_drainer.py, pull request #17913). Where every slot is taken and requests
 * for an adapter have waited too long, the adapter in the batch whose requests are done first drains: it takes no more requests but
 * those that end within `tolerance` times what is left of it. What SGLang knows as max_new_tokens is a request's output length here.
 * As there, an adapter starves whatever it waits for, and the slot that becomes free goes to the first in the queue. Unlike there, pinned
 * adapters never drain: their slot would not become free; and a request's wait counts from when its client sent it, loading its
 * adapter included, not from when it joined the engine's queue.
 */
import type { ReplicaState } from './replica-state.ts';
import { ACTIVATING, DECODING } from './request-table.ts';
import { forEachInBatch, type StartRule } from './start-rule.ts';

export class Drainer implements StartRule {
  readonly heedsArrivals = false;
  /** Draining adapter → the starving one that it drains for. */
  private readonly drainsFor = new Map<number, number>();
  /** Adapters with requests in the batch → tokens until the last of them ends, at the beginning of the pass. */
  private readonly left = new Map<number, number>();
  /** Adapters with waiting requests → when the first of them was sent. */
  private readonly since = new Map<number, number>();
  private readonly afterNs: number;
  private readonly tolerance: number;

  constructor(afterNs: number, tolerance: number) {
    this.afterNs = afterNs;
    this.tolerance = tolerance;
  }

  dueNs(r: ReplicaState, request: number): number {
    return r.t.arrivalNs[request] + this.afterNs + 1;
  }

  blocks(r: ReplicaState, request: number): boolean {
    const { t } = r;
    const adapter = t.adapter[request];
    // Whoever has a slot already would only keep it longer.
    if (t.slot[request] >= 0 || !this.drainsFor.has(adapter)) return false;
    return t.output[request] - t.generated[request] > (this.left.get(adapter) ?? 0) * this.tolerance;
  }

  update(r: ReplicaState, nowNs: number): boolean {
    this.look(r, nowNs);
    const marked = this.mark(r, nowNs);
    let cleared = false;
    for (const adapter of this.drainsFor.keys()) {
      if (this.left.has(adapter)) continue;
      this.drainsFor.delete(adapter);
      cleared = true;
    }
    return marked || cleared;
  }

  private look(r: ReplicaState, nowNs: number): void {
    const { t } = r;
    const { left, since } = this;
    left.clear();
    since.clear();
    forEachInBatch(r, (request) => {
      // Whoever waits for a copy takes no steps yet.
      if (t.state[request] === ACTIVATING) return;
      const produced = t.generated[request] + (t.state[request] === DECODING ? r.steps - t.joinStep[request] : 0);
      const adapter = t.adapter[request];
      left.set(adapter, Math.max(left.get(adapter) ?? 0, t.output[request] - produced));
    });
    r.waiting.forEach((request) => {
      const adapter = t.adapter[request];
      since.set(adapter, Math.min(since.get(adapter) ?? Number.POSITIVE_INFINITY, t.arrivalNs[request]));
    });
    let next = Number.POSITIVE_INFINITY;
    for (const sentNs of since.values()) {
      const dueNs = sentNs + this.afterNs + 1;
      if (dueNs > nowNs && dueNs < next) next = dueNs;
    }
    r.nextRuleNs = next;
  }

  /** One draining adapter for each starving one that has none yet, longest wait first. */
  private mark(r: ReplicaState, nowNs: number): boolean {
    if (r.gpu.pinned < r.slotLimit) return false;
    const served = new Set(this.drainsFor.values());
    const starving = [...this.since]
      .filter(([adapter, sentNs]) => nowNs - sentNs > this.afterNs && !served.has(adapter))
      .sort(([a, sinceA], [b, sinceB]) => sinceA - sinceB || a - b);
    if (starving.length === 0) return false;
    const eligible = [...this.left]
      .filter(([adapter]) => !this.drainsFor.has(adapter) && r.kept[r.gpu.find(adapter)] === 0)
      .sort(([a, leftA], [b, leftB]) => leftA - leftB || a - b);
    const pairs = Math.min(starving.length, eligible.length);
    for (let i = 0; i < pairs; i++) this.drainsFor.set(eligible[i][0], starving[i][0]);
    return pairs > 0;
  }
}
