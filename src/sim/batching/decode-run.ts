/**
 * The closed form of a run of decode steps whose batch does not change.
 *
 * Step j of the run (j = 0, 1, …) costs first + j·growth ticks: every decoding request attends one token more each step.
 * Both are integers, so k steps cost k·first + growth·k(k−1)/2 exactly while the sum stays below 2^53, and a run may be
 * cut and re-anchored at any step without changing a single boundary. The anchor carries the fraction of a nanosecond as
 * whole ticks; a boundary's time is the floor.
 */
import { TICKS_PER_NS } from '../cost/step-cost.ts';

/** Longest run in ticks: half of 2^53, so that a remainder can be added without loss. */
const MAX_RUN_TICKS = 2 ** 52;

export class DecodeRun {
  /** Anchor: ns plus a remainder of 0 … TICKS_PER_NS−1 ticks. */
  anchorNs = 0;
  remainder = 0;
  first = 0;
  growth = 0;

  /** Cost of the first k steps, ticks. */
  ticks(k: number): number {
    return k * this.first + this.growth * ((k * (k - 1)) / 2);
  }

  /** Time of the k-th step boundary after the anchor, ns. */
  boundaryNs(k: number): number {
    return this.anchorNs + Math.floor((this.remainder + this.ticks(k)) / TICKS_PER_NS);
  }

  /** At most `k` steps, fewer where their sum would no longer be exact. At least 1. */
  limit(k: number): number {
    let steps = k;
    while (steps > 1 && steps * (this.first + this.growth * steps) > MAX_RUN_TICKS) steps = Math.floor(steps / 2);
    return steps;
  }

  /** The smallest k ≥ 1 whose boundary is at or after `ns`. */
  stepsUntil(ns: number): number {
    const target = (ns - this.anchorNs) * TICKS_PER_NS - this.remainder;
    if (target <= 0) return 1;
    const { first, growth } = this;
    let k: number;
    if (growth === 0) {
      k = Math.ceil(target / first);
    } else {
      const linear = first - growth / 2;
      k = Math.ceil((Math.sqrt(linear * linear + 2 * growth * target) - linear) / growth);
    }
    if (k < 1) k = 1;
    // The root is a float: the exact sums decide.
    while (k > 1 && this.ticks(k - 1) >= target) k--;
    while (this.ticks(k) < target) k++;
    return k;
  }

  /** Moves the anchor k steps ahead; the next step costs first + k·growth. */
  advance(k: number): void {
    const sum = this.remainder + this.ticks(k);
    const ns = Math.floor(sum / TICKS_PER_NS);
    this.anchorNs += ns;
    this.remainder = sum - ns * TICKS_PER_NS;
    this.first += k * this.growth;
  }

  /** Starts afresh at `ns` (an idle replica gets work). */
  restart(ns: number): void {
    this.anchorNs = ns;
    this.remainder = 0;
  }
}
