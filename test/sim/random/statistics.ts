/**
 * Goodness of fit for tests with fixed seeds. A statistic is compared with its critical value at a false-alarm rate of about
 * 1e-6, so a test that fails has found something.
 */

/** Normal quantile at 1 − 1e-6. */
const Z = 4.753;

/** Upper 1e-6 point of chi-square with `df` degrees of freedom (Wilson and Hilferty 1931). */
export function chiSquareLimit(df: number): number {
  const h = 2 / (9 * df);
  return df * (1 - h + Z * Math.sqrt(h)) ** 3;
}

export interface Fit {
  statistic: number;
  limit: number;
}

/**
 * Chi-square of counts against probabilities (summing to 1). Neighbouring outcomes are pooled until each pool expects at least
 * 20; what is left joins the last pool.
 */
export function chiSquare(counts: ArrayLike<number>, probabilities: ArrayLike<number>): Fit {
  let draws = 0;
  for (let i = 0; i < counts.length; i++) draws += counts[i];
  const pools: { observed: number; expected: number }[] = [];
  let pool = { observed: 0, expected: 0 };
  for (let i = 0; i < counts.length; i++) {
    if (probabilities[i] === 0 && counts[i] > 0) return { statistic: Number.POSITIVE_INFINITY, limit: 0 };
    pool.observed += counts[i];
    pool.expected += probabilities[i] * draws;
    if (pool.expected >= 20) {
      pools.push(pool);
      pool = { observed: 0, expected: 0 };
    }
  }
  const last = pools[pools.length - 1];
  last.observed += pool.observed;
  last.expected += pool.expected;
  let statistic = 0;
  for (const { observed, expected } of pools) statistic += (observed - expected) ** 2 / expected;
  return { statistic, limit: chiSquareLimit(Math.max(1, pools.length - 1)) };
}

/** Kolmogorov–Smirnov distance of a sample from a continuous distribution function, scaled by √n; limit at 1e-6: 2.69. */
export function kolmogorovSmirnov(sample: Float64Array, cdf: (x: number) => number): Fit {
  const sorted = sample.slice().sort();
  const n = sorted.length;
  let distance = 0;
  for (let i = 0; i < n; i++) {
    const p = cdf(sorted[i]);
    distance = Math.max(distance, p - i / n, (i + 1) / n - p);
  }
  return { statistic: distance * Math.sqrt(n), limit: 2.69 };
}

/** How far a mean of n draws lies from its expectation, in standard errors; the two-sided limit at 1e-6 is 4.9. */
export function zScore(mean: number, expected: number, standardDeviation: number, n: number): number {
  return (mean - expected) / (standardDeviation / Math.sqrt(n));
}
