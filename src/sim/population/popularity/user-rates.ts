/**
 * Request rates of a cohort's users: a popularity law scaled to the cohort's total rate, with no user above a cap.
 *
 * The cap acts by water-filling: the `flat` most popular users ask at exactly the cap and the law, scaled up, divides what is
 * left over the rest; `flat` is the smallest number for which nobody exceeds the cap. So the total stays exact.
 */
import { type PopularityLaw, progressionLength } from './law.ts';

export class UserRates {
  readonly users: number;
  /** Total rate, 1/s. */
  readonly total: number;
  /** Users at the cap, the most popular ones. */
  readonly flat: number;
  readonly law: PopularityLaw;
  private readonly cap: number;
  /** Rate of rank `flat`, the most popular one below the cap, 1/s. */
  private readonly edgeRate: number;

  /** @param cap largest rate of one user, 1/s; Infinity for none. Throws RangeError where the users cannot carry the rate. */
  constructor(law: PopularityLaw, users: number, total: number, cap: number) {
    this.law = law;
    this.users = users;
    this.total = total;
    this.cap = cap;
    if (cap * law.support < total * (1 - 1e-12)) {
      throw new RangeError(
        `${law.support} users at no more than ${cap}/s each cannot make ${total}/s: ` +
          `raise max_rate_per_user to at least ${total / law.support}/s or lower the rate`,
      );
    }
    const edge = (flat: number) => (total - (flat > 0 ? flat * cap : 0)) / law.sum(flat, 1, flat);
    let low = 0;
    let high = cap === Number.POSITIVE_INFINITY ? 0 : law.support;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (edge(middle) <= cap) high = middle;
      else low = middle + 1;
    }
    this.flat = low;
    this.edgeRate = low < law.support ? edge(low) : 0;
  }

  /** Rate of the user of popularity rank `rank`, 1/s. */
  rate(rank: number): number {
    return rank < this.flat ? this.cap : this.edgeRate === 0 ? 0 : this.edgeRate * this.law.weight(rank, this.flat);
  }

  /** Total rate of the ranks first, first + stride, …, 1/s. */
  sum(first: number, stride: number): number {
    const flat = progressionLength(first, stride, this.flat);
    return (flat > 0 ? flat * this.cap : 0) + this.lawSum(first + flat * stride, stride);
  }

  /** The same, of ranks below the cap only (first ≥ flat). */
  lawSum(first: number, stride: number): number {
    return this.edgeRate === 0 ? 0 : this.edgeRate * this.law.sum(first, stride, this.flat);
  }
}
