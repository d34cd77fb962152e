/**
 * Walker's alias method (1977) with Vose's linear construction (1991): a draw from any finite distribution in O(1).
 *
 * One Float64Array holds the table: the integer part of a cell is its alias, the fraction its threshold, so a draw touches
 * one cache line. 8 bytes an outcome; every probability is exact to about 2^-52.
 */
import type { Prng } from './prng.ts';

export class AliasTable {
  readonly size: number;
  private readonly cells: Float64Array;

  /** @param weights non-negative, at least one positive; any scale */
  constructor(weights: ArrayLike<number>) {
    const n = weights.length;
    let total = 0;
    for (let i = 0; i < n; i++) {
      if (!(weights[i] >= 0 && weights[i] < Number.POSITIVE_INFINITY)) {
        throw new RangeError(`weight ${i} of an alias table is ${weights[i]}; expected a finite number ≥ 0`);
      }
      total += weights[i];
    }
    if (!(total > 0)) throw new RangeError('an alias table needs a positive weight');
    this.size = n;
    this.cells = new Float64Array(n);

    const scaled = new Float64Array(n);
    // The largest fraction that can stand beside an index below n without rounding up to the next one.
    const largestThreshold = 1 - 2 ** (Math.ceil(Math.log2(n + 1)) - 52);
    const stack = new Int32Array(n); // small outcomes grow from the left, large ones from the right
    let small = 0;
    let large = n;
    for (let i = n - 1; i >= 0; i--) {
      scaled[i] = (weights[i] / total) * n;
      if (scaled[i] < 1) stack[small++] = i;
      else stack[--large] = i;
    }
    while (small > 0 && large < n) {
      const poor = stack[--small];
      const rich = stack[large];
      this.cells[poor] = rich + Math.min(scaled[poor], largestThreshold);
      scaled[rich] -= 1 - scaled[poor];
      if (scaled[rich] < 1) {
        large++;
        stack[small++] = rich;
      }
    }
    // Whatever is left has probability 1 up to rounding: its own alias.
    while (small > 0) {
      const i = stack[--small];
      this.cells[i] = i;
    }
    while (large < n) {
      const i = stack[large++];
      this.cells[i] = i;
    }
  }

  /** An outcome, 0 … size−1. */
  draw(random: Prng): number {
    return this.at(random.uniform() * this.size);
  }

  /** The same from 32 random bits: for tables of up to some ten thousand outcomes, exact to 2^-32. */
  draw32(random: Prng): number {
    return this.at(random.uniform32() * this.size);
  }

  /** The column, or its alias where the fraction of x is not below the threshold. */
  private at(x: number): number {
    const column = x | 0;
    const cell = this.cells[column];
    const alias = cell | 0;
    // −1 or 0, not a branch: it would be mispredicted half of the time, which costs more than all the rest.
    const own = Math.floor(x - column - (cell - alias));
    return alias ^ ((alias ^ column) & own);
  }

  /** Probability of every outcome as the table gives it. O(size); for tests and reports. */
  probabilities(): Float64Array {
    const p = new Float64Array(this.size);
    for (let i = 0; i < this.size; i++) {
      const alias = this.cells[i] | 0;
      const threshold = this.cells[i] - alias;
      p[i] += threshold / this.size;
      p[alias] += (1 - threshold) / this.size;
    }
    return p;
  }
}
