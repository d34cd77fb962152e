/**
 * Draws the users of one cohort and cell in proportion to their rates: exactly, in O(1) time and memory.
 *
 * The most popular ranks of the cell stand one by one in an alias table, beside one outcome for the flat part of the head
 * that did not fit (capped users, uniform) and one for the tail, which the law samples itself. Under Zipf's law most draws
 * end in the table, which fits in the second-level cache.
 */
import { AliasTable } from '../../random/alias.ts';
import type { Prng } from '../../random/prng.ts';
import { progressionLength, type RankDraw } from './law.ts';
import type { UserRates } from './user-rates.ts';

/** Ranks in the table; a cell with no more than the second number of users has them all in it. */
const HEAD = 1 << 14;
const WHOLE = 1 << 16;

export class RankSampler implements RankDraw {
  private readonly table: AliasTable;
  private readonly head: number;
  private readonly flatCount: number;
  private readonly tailStart: number;
  private readonly tail: RankDraw | null;

  /** Ranks first, first + stride, … of the cohort; needs a positive total rate among them. */
  constructor(rates: UserRates, first: number, stride: number) {
    const users = progressionLength(first, stride, rates.law.support);
    const flat = progressionLength(first, stride, rates.flat);
    const head = users <= WHOLE ? users : HEAD;
    const weights = new Float64Array(head + 2);
    for (let j = 0; j < head; j++) weights[j] = rates.rate(first + j * stride);
    this.head = head;
    this.flatCount = Math.max(0, flat - head);
    this.tailStart = Math.max(head, flat);
    if (this.flatCount > 0) weights[head] = this.flatCount * rates.rate(0);
    const tailFirst = first + this.tailStart * stride;
    weights[head + 1] = this.tailStart < users ? rates.lawSum(tailFirst, stride) : 0;
    this.tail = weights[head + 1] > 0 ? rates.law.sampler(tailFirst, stride) : null;
    this.table = new AliasTable(weights);
  }

  /** The place in the progression: a popularity rank local to the cell, 0 the most popular. */
  draw(random: Prng): number {
    const outcome = this.table.draw(random);
    if (outcome < this.head) return outcome;
    if (outcome === this.head || this.tail === null) return this.head + random.integer(this.flatCount);
    return this.tailStart + this.tail.draw(random);
  }
}
