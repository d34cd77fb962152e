/**
 * dLoRA's two modes (Wu et al., OSDI 2024, section 4.1; LLMServe/dLoRA-artifact @75f1c43, vllm/core/scheduler.py, _credit_schedule). The
 * share of an adapter is the number of its unfinished requests, waiting ones included, over min(max_batch, all unfinished requests): with a
 * long queue it may pass 1. At `above` or more the adapter is merged into the weights, a step costs what the base costs, and only its
 * requests start. Below `below` it is taken out again. Between the two nothing changes.
 *
 * dLoRA pauses requests of other adapters where they are; here they end first, and until then a step costs as before. Left out: its
 * thresholds adapt to measured throughput, and credits bound how long others are passed over. Merging delays the next step; where
 * nothing runs meanwhile, as while the adapter is being copied, it costs nothing.
 */
import { TICKS_PER_NS } from '../cost/step-cost.ts';
import type { ReplicaState } from './replica-state.ts';
import { forEachInBatch, forEachUnfinished, type StartRule } from './start-rule.ts';

export class AdaptiveMerge implements StartRule {
  readonly heedsArrivals = true;
  /** The only adapter whose requests start; −1: all do. */
  private only = -1;
  private readonly counts = new Map<number, number>();
  private readonly above: number;
  private readonly below: number;

  constructor({ above, below }: { above: number; below: number }) {
    this.above = above;
    this.below = below;
  }

  dueNs(): number {
    return Number.POSITIVE_INFINITY;
  }

  blocks(r: ReplicaState, request: number): boolean {
    return this.only >= 0 && r.t.adapter[request] !== this.only;
  }

  update(r: ReplicaState): boolean {
    const chosen = this.choose(r);
    const { only } = this;
    const { merged } = r;
    if (chosen !== only && r.merged) switchWeights(r, false);
    this.only = chosen;
    if (chosen >= 0 && !r.merged && this.alone(r)) switchWeights(r, true);
    return chosen !== only || r.merged !== merged;
  }

  private choose(r: ReplicaState): number {
    const { counts } = this;
    counts.clear();
    let total = 0;
    forEachUnfinished(r, (request) => {
      const adapter = r.t.adapter[request];
      counts.set(adapter, (counts.get(adapter) ?? 0) + 1);
      total++;
    });
    if (total === 0) return this.only;
    const together = Math.min(r.limits.maxBatch, total);
    const kept = counts.get(this.only) ?? 0;
    if (this.only >= 0 && kept > 0 && kept >= this.below * together) return this.only;
    let most = -1;
    for (const [adapter, count] of counts) {
      if (adapter < 0) continue;
      const best = counts.get(most) ?? 0;
      if (most < 0 || count > best || (count === best && adapter < most)) most = adapter;
    }
    return most >= 0 && counts.get(most)! >= this.above * together ? most : -1;
  }

  private alone(r: ReplicaState): boolean {
    let others = 0;
    forEachInBatch(r, (request) => {
      if (r.t.adapter[request] !== this.only) others++;
    });
    return others === 0;
  }
}

function switchWeights(r: ReplicaState, merged: boolean): void {
  r.merged = merged;
  r.stallTicks += r.limits.mergeNs * TICKS_PER_NS;
}
