/** A law of lengths compiled for drawing: exact for the discretised, clipped law, O(1) a draw, 8 bytes a possible value. */
import { AliasTable } from '../../random/alias.ts';
import type { Prng } from '../../random/prng.ts';
import type { LengthLaw } from './law.ts';

export class LengthTable {
  readonly min: number;
  readonly max: number;
  /** Mean of the clipped law. */
  readonly mean: number;
  /** P(X ≤ k) of the clipped law. */
  readonly cdf: (k: number) => number;
  /** Null where there is only one value: then nothing is drawn. */
  private readonly table: AliasTable | null;

  constructor(law: LengthLaw) {
    const { min, max } = law;
    this.min = min;
    this.max = max;
    this.cdf = (k) => (k < min ? 0 : k >= max ? 1 : law.cdf(k));
    const weights = new Float64Array(max - min + 1);
    let below = 0;
    let sum = 0;
    for (let k = min; k <= max; k++) {
      const upTo = this.cdf(k);
      weights[k - min] = Math.max(0, upTo - below);
      sum += k * weights[k - min];
      below = upTo;
    }
    this.mean = sum;
    this.table = max > min ? new AliasTable(weights) : null;
  }

  draw(random: Prng): number {
    return this.table === null ? this.min : this.min + this.table.draw32(random);
  }

  /** P(X > k) for every k from 0 to max: what a session's continuation needs. */
  survival(): Float64Array {
    return Float64Array.from({ length: this.max + 1 }, (_, k) => 1 - this.cdf(k));
  }
}
