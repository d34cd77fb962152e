/**
 * How a population divides over cohorts and cells. Everything here is exact: sizes are whole users that add up to the
 * population over all cells, rates add up to the cohorts' rates.
 *
 * A cell holds every cells-th popularity rank of a cohort. The starting rank moves on by one from cohort to cohort, so that
 * the most popular users of different cohorts live in different cells.
 */
import type { Scenario } from '../../scenario/scenario.ts';
import { member } from './choice.ts';
import { POPULARITY } from './popularity/index.ts';
import { progressionLength } from './popularity/law.ts';
import { UserRates } from './popularity/user-rates.ts';

/** Splits a whole number in proportion to weights by largest remainders; ties go to the lower index. */
export function apportion(total: number, weights: ArrayLike<number>): Float64Array {
  const n = weights.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += weights[i];
  const parts = new Float64Array(n);
  if (!(sum > 0)) {
    if (n > 0) parts[0] = total;
    return parts;
  }
  const remainders = new Float64Array(n);
  let left = total;
  for (let i = 0; i < n; i++) {
    // 0.3 of 10 users is 3, not 2.9999…: quotas within rounding of an integer are that integer.
    const quota = (total * weights[i]) / sum;
    const nearest = Math.round(quota);
    parts[i] = Math.abs(quota - nearest) < 1e-9 * (1 + nearest) ? nearest : Math.floor(quota);
    remainders[i] = quota - parts[i];
    left -= parts[i];
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => remainders[b] - remainders[a] || a - b);
  for (let i = 0; left > 0; i = (i + 1) % n, left--) parts[order[i]]++;
  for (let i = n - 1; left < 0; i = (i + n - 1) % n) {
    if (parts[order[i]] === 0) continue;
    parts[order[i]]--;
    left++;
  }
  return parts;
}

/** The users of every cohort, in the whole system, and how fast each asks. */
export class Partition {
  readonly cells: number;
  /** Users by cohort. */
  readonly sizes: Float64Array;
  readonly rates: readonly UserRates[];

  constructor(scenario: Scenario) {
    const { population, hardware } = scenario;
    this.cells = hardware.cells;
    this.sizes = apportion(
      population.users,
      population.cohorts.map((cohort) => cohort.share),
    );
    this.rates = population.cohorts.map((cohort, k) => {
      // A cohort too small to have a user has no one to ask: it is kept with one user at rate 0.
      const users = Math.max(1, this.sizes[k]);
      const [entry, params] = member(POPULARITY, cohort.popularity, 'popularity law');
      const rate = this.sizes[k] === 0 ? 0 : cohort.rate;
      return new UserRates(entry.create(params, users), users, rate, population.max_rate_per_user);
    });
  }

  /** Lowest popularity rank of a cohort in a cell; its other ranks there follow in steps of `cells`. */
  firstRank(cohort: number, cell: number): number {
    return (cell + cohort) % this.cells;
  }

  /** Users of a cohort in a cell. */
  users(cohort: number, cell: number): number {
    return progressionLength(this.firstRank(cohort, cell), this.cells, this.sizes[cohort]);
  }

  /** Mean request rate of a cohort in a cell, 1/s. */
  rate(cohort: number, cell: number): number {
    return this.users(cohort, cell) === 0 ? 0 : this.rates[cohort].sum(this.firstRank(cohort, cell), this.cells);
  }
}
