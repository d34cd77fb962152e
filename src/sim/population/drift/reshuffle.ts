/**
 * Reshuffle: every period a share of the ranks gets its holders dealt anew, by a fresh keyed permutation.
 *
 * To stay in O(1) memory the ranks are dealt once, by key, into 1/share groups spread over the whole range of popularity, and
 * the groups take turns: each period the holders within one group are permuted. So after 1/share periods every rank has been
 * dealt anew once, and users swap ranks within their group.
 */
import * as z from 'zod';
import { duration, fraction } from '../../../scenario/units.ts';
import { hash32 } from '../../random/hash.ts';
import { Permutation } from '../../random/permutation.ts';
import type { DriftEntry, RankMap } from './law.ts';

class ReshuffledMap implements RankMap {
  nextChangeNs: number;
  private readonly key: number;
  private readonly deal: Permutation;
  private readonly start: Permutation;
  private readonly groupSize: number;
  private readonly groups: number;
  /** Permutations within a full group and within the last, smaller one; re-keyed per group. */
  private readonly within: Permutation;
  private readonly withinLast: Permutation;
  private readonly lastSize: number;
  private readonly periodNs: number;
  private periods = 0;

  constructor(users: number, key: number, period: number, share: number) {
    this.key = key;
    this.start = new Permutation(users, key);
    this.deal = new Permutation(users, hash32(key, 1, 0));
    this.groupSize = Math.min(users, Math.max(1, Math.round(share * users)));
    this.groups = Math.ceil(users / this.groupSize);
    this.lastSize = users - (this.groups - 1) * this.groupSize;
    this.within = new Permutation(this.groupSize, key);
    this.withinLast = new Permutation(this.lastSize, key);
    this.periodNs = period * 1e9;
    this.nextChangeNs = this.periodNs;
  }

  moveTo(ns: number): void {
    this.periods = Math.floor(ns / this.periodNs);
    this.nextChangeNs = (this.periods + 1) * this.periodNs;
  }

  user(rank: number): number {
    const place = this.deal.apply(rank);
    const group = Math.floor(place / this.groupSize);
    // Group g is dealt at the ends of periods g, g + groups, …; so often has it been dealt by now:
    const deals = Math.floor((this.periods - 1 - group) / this.groups) + 1;
    if (deals <= 0) return this.start.apply(place);
    const permutation = group === this.groups - 1 ? this.withinLast : this.within;
    permutation.rekey(hash32(this.key, group, deals));
    const base = group * this.groupSize;
    return this.start.apply(base + permutation.apply(place - base));
  }
}

export const reshuffle: DriftEntry<{ period: number; share: number }> = {
  summary: 'every period a share of the ranks gets its users dealt anew',
  source: 'own',
  params: z.strictObject({
    period: duration({ min: 1e-3 }).default(3600).describe('Time between two deals, seconds.'),
    share: fraction({ above: 0 }).default(0.05).describe('Share of the ranks dealt anew each period.'),
  }),
  create: ({ period, share }, users, key) => new ReshuffledMap(users, key, period, share),
};
