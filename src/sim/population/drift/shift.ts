/**
 * Shift: every period all users move down by a share of the ranks, and those that fall off the end become the most popular.
 * Users with similar popularity keep it together, as when a topic goes out of fashion.
 */
import * as z from 'zod';
import { duration, fraction } from '../../../scenario/units.ts';
import { Permutation } from '../../random/permutation.ts';
import type { DriftEntry, RankMap } from './law.ts';

class ShiftedMap implements RankMap {
  nextChangeNs: number;
  private readonly start: Permutation;
  private readonly users: number;
  private readonly step: number;
  private readonly periodNs: number;
  private offset = 0;

  constructor(users: number, key: number, period: number, share: number) {
    this.start = new Permutation(users, key);
    this.users = users;
    this.step = Math.round(share * users) % users;
    this.periodNs = period * 1e9;
    this.nextChangeNs = this.periodNs;
  }

  moveTo(ns: number): void {
    const periods = Math.floor(ns / this.periodNs);
    this.nextChangeNs = (periods + 1) * this.periodNs;
    this.offset = (this.step * (periods % this.users)) % this.users;
  }

  user(rank: number): number {
    // Moving down by the offset: the holder of a rank stood that much higher at the start.
    const origin = rank - this.offset;
    return this.start.apply(origin < 0 ? origin + this.users : origin);
  }
}

export const shift: DriftEntry<{ period: number; share: number }> = {
  summary: 'every period all users move down by a share of the ranks, the last ones to the top',
  source: 'own',
  params: z.strictObject({
    period: duration({ min: 1e-3 }).default(3600).describe('Time between two moves, seconds.'),
    share: fraction().default(0.01).describe('Share of the ranks by which users move.'),
  }),
  create: ({ period, share }, users, key) => new ShiftedMap(users, key, period, share),
};
