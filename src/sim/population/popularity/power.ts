/**
 * The power law of S-LoRA's workload generator: user index = floor(users·U^(1/alpha)), U uniform, as NumPy's `power` draws
 * it. So P(index i) = ((i + 1)/n)^alpha − (i/n)^alpha. Mind that alpha = 1, which its headline runs use, is *uniform*;
 * alpha below 1 favours low indices (P(0) = n^(−alpha)) and alpha above 1 high ones. Popularity rank r is index r up to alpha
 * 1 and index n−1−r above, so that rank 0 is the most popular either way.
 *
 * A progression of indices is sampled by rejection from the continuous law: each index of it owns a block of `stride`
 * indices on the side where the weights are larger, so the block holds at least stride × its weight; a candidate is accepted
 * with the ratio of the two. The first index of a falling law has no such block before it and is given exactly its weight.
 */
import * as z from 'zod';
import { positive } from '../../../scenario/units.ts';
import type { Prng } from '../../random/prng.ts';
import { type PopularityEntry, type PopularityLaw, progressionLength, type RankDraw } from './law.ts';
import { powerDifference, powerDifferenceSum } from './power-sum.ts';

class Power implements PopularityLaw {
  readonly support: number;
  private readonly alpha: number;
  private readonly rising: boolean;

  constructor(users: number, alpha: number) {
    this.support = users;
    this.alpha = alpha;
    this.rising = alpha > 1;
  }

  weight(rank: number, base: number): number {
    return rank >= this.support ? 0 : this.absolute(rank) / this.absolute(base);
  }

  sum(first: number, stride: number, base: number): number {
    const terms = progressionLength(first, stride, this.support);
    if (terms === 0) return 0;
    const lowest = this.lowestIndex(first, stride, terms);
    return powerDifferenceSum(lowest, stride, terms, this.alpha) / this.absolute(base);
  }

  sampler(first: number, stride: number): RankDraw {
    const terms = progressionLength(first, stride, this.support);
    const lowest = this.lowestIndex(first, stride, terms);
    return this.rising
      ? new RisingPowerDraw(lowest, stride, terms, this.alpha)
      : new FallingPowerDraw(lowest, stride, terms, this.alpha);
  }

  private lowestIndex(first: number, stride: number, terms: number): number {
    return this.rising ? this.support - 1 - first - (terms - 1) * stride : first;
  }

  private absolute(rank: number): number {
    return powerDifference(this.rising ? this.support - 1 - rank : rank, this.alpha, 1);
  }
}

/** alpha ≤ 1: index first + stride·j owns the block that ends with it. */
class FallingPowerDraw implements RankDraw {
  private readonly first: number;
  private readonly stride: number;
  private readonly terms: number;
  private readonly alpha: number;
  private readonly firstMass: number;
  private readonly restMass: number;

  constructor(first: number, stride: number, terms: number, alpha: number) {
    this.first = first;
    this.stride = stride;
    this.terms = terms;
    this.alpha = alpha;
    this.firstMass = stride * powerDifference(first, alpha, 1);
    this.restMass = terms > 1 ? powerDifference(first + 1, alpha, (terms - 1) * stride) : 0;
  }

  draw(random: Prng): number {
    const { first, stride, alpha } = this;
    for (;;) {
      const u = random.uniform() * (this.firstMass + this.restMass) - this.firstMass;
      if (u < 0) return 0;
      const x = ((first + 1) ** alpha + u) ** (1 / alpha);
      const j = Math.min(Math.max(Math.ceil((x - first - 1) / stride), 1), this.terms - 1);
      const index = first + j * stride;
      const block = powerDifference(index + 1 - stride, alpha, stride);
      if (stride === 1 || random.uniform() * block < stride * powerDifference(index, alpha, 1)) return j;
    }
  }
}

/** alpha > 1: index lowest + stride·i owns the block that starts with it; ranks count from the highest index down. */
class RisingPowerDraw implements RankDraw {
  private readonly lowest: number;
  private readonly stride: number;
  private readonly terms: number;
  private readonly alpha: number;

  constructor(lowest: number, stride: number, terms: number, alpha: number) {
    this.lowest = lowest;
    this.stride = stride;
    this.terms = terms;
    this.alpha = alpha;
  }

  draw(random: Prng): number {
    const { lowest, stride, terms, alpha } = this;
    const mass = powerDifference(lowest, alpha, terms * stride);
    for (;;) {
      const x = (lowest ** alpha + random.uniform() * mass) ** (1 / alpha);
      const i = Math.min(Math.max(Math.floor((x - lowest) / stride), 0), terms - 1);
      const index = lowest + i * stride;
      const block = powerDifference(index, alpha, stride);
      if (stride === 1 || random.uniform() * block < stride * powerDifference(index, alpha, 1)) return terms - 1 - i;
    }
  }
}

export const power: PopularityEntry<{ alpha: number }> = {
  summary: 'user index = floor(users·U^(1/alpha)); alpha 1 is uniform, smaller is steeper',
  source: 'S-LoRA workload generator, Sheng et al., MLSys 2024 (benchmarks/trace.py)',
  params: z.strictObject({
    alpha: positive({ above: 0, max: 100 })
      .default(1)
      .describe('Exponent of the power distribution. 1 is uniform; 0.1 sends most requests to a few users.'),
  }),
  create: ({ alpha }, users) => new Power(users, alpha),
};
