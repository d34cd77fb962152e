/**
 * Which adapters the tokens of the next step belong to, as running sums: what the cost model's LoRA part is priced on.
 * One entry per (GPU slot with a running request); adding and removing a request are O(1) (O(rank classes) when the last
 * adapter of the largest rank leaves).
 */
import type { LoraBatch } from '../cost/step-cost.ts';

export class BatchAdapters implements LoraBatch {
  tokens = 0;
  distinct = 0;
  maxRank = 0;
  readonly distinctByClass: Int32Array;
  readonly tokensByClass: Int32Array;
  private readonly ranks: readonly number[];
  /** Requests in the step by slot. */
  private readonly requests: Int32Array;
  private maxClass = -1;

  constructor(slots: number, ranks: readonly number[]) {
    this.ranks = ranks;
    this.requests = new Int32Array(slots);
    this.distinctByClass = new Int32Array(ranks.length);
    this.tokensByClass = new Int32Array(ranks.length);
  }

  /** A request joins the step with `tokens` tokens. */
  add(slot: number, rankClass: number, tokens: number): void {
    this.tokens += tokens;
    this.tokensByClass[rankClass] += tokens;
    if (this.requests[slot]++ > 0) return;
    this.distinct++;
    this.distinctByClass[rankClass]++;
    if (rankClass > this.maxClass) {
      this.maxClass = rankClass;
      this.maxRank = this.ranks[rankClass];
    }
  }

  /** It leaves with the tokens it had. */
  remove(slot: number, rankClass: number, tokens: number): void {
    this.tokens -= tokens;
    this.tokensByClass[rankClass] -= tokens;
    if (--this.requests[slot] > 0) return;
    this.distinct--;
    if (--this.distinctByClass[rankClass] > 0 || rankClass !== this.maxClass) return;
    let top = rankClass - 1;
    while (top >= 0 && this.distinctByClass[top] === 0) top--;
    this.maxClass = top;
    this.maxRank = top < 0 ? 0 : this.ranks[top];
  }
}
