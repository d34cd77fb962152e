/** No drift: every user keeps the rank that the key gives it. */
import * as z from 'zod';
import { Permutation } from '../../random/permutation.ts';
import type { DriftEntry, RankMap } from './law.ts';

class FixedMap implements RankMap {
  readonly nextChangeNs = Number.POSITIVE_INFINITY;
  private readonly start: Permutation;

  constructor(users: number, key: number) {
    this.start = new Permutation(users, key);
  }

  moveTo(): void {}

  user(rank: number): number {
    return this.start.apply(rank);
  }
}

export const none: DriftEntry<Record<string, never>> = {
  summary: 'popularity stays as it is',
  source: 'own',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,
  create: (_, users, key) => new FixedMap(users, key),
};
