/**
 * Exact quantiles of a sample, and distribution-free intervals for them from order statistics (David & Nagaraja, Order
 * Statistics, 2003, 7.1). The intervals hold for independent samples: replications, kernel timings; not for the requests of one
 * run, which are correlated (sections.ts).
 */
import { normalQuantile } from './student.ts';

/** Nearest-rank quantile of ascending `sorted`: the smallest value with a share of at least `q` at or below it. */
export function quantileSorted(sorted: ArrayLike<number>, q: number): number | null {
  const n = sorted.length;
  return n === 0 ? null : sorted[Math.min(n, Math.max(1, Math.ceil(q * n))) - 1];
}

export const sortedCopy = (values: ArrayLike<number>): Float64Array => Float64Array.from(values).sort();

export function median(values: ArrayLike<number>): number | null {
  const sorted = sortedCopy(values);
  const n = sorted.length;
  if (n === 0) return null;
  return n % 2 === 1 ? sorted[(n - 1) / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

/**
 * Ranks (1 … n) of the two order statistics that hold the q-quantile with at least `confidence`, from the exact binomial
 * distribution up to 1,000 samples and its normal approximation beyond. Null where the sample is too small for any.
 */
export function quantileRanks(n: number, q: number, confidence: number): { low: number; high: number } | null {
  const tail = (1 - confidence) / 2;
  if (n > 1000) {
    const spread = normalQuantile(1 - tail) * Math.sqrt(n * q * (1 - q));
    const low = Math.floor(n * q - spread);
    const high = Math.ceil(n * q + spread) + 1;
    return low >= 1 && high <= n ? { low, high } : null;
  }
  // P(X_(r) ≤ quantile) = P(Bin(n, q) ≥ r): the lower rank is the largest with P(Bin < r) ≤ tail, the upper likewise.
  let low = 0;
  let high = 0;
  let below = 0;
  for (let k = 0; k <= n; k++) {
    if (below <= tail) low = k;
    below += binomial(n, k, q);
    if (below >= 1 - tail) {
      high = k + 1;
      break;
    }
  }
  return low >= 1 && high >= 1 && high <= n ? { low, high } : null;
}

function binomial(n: number, k: number, p: number): number {
  let logarithm = k * Math.log(p) + (n - k) * Math.log1p(-p);
  for (let i = 1; i <= k; i++) logarithm += Math.log((n - k + i) / i);
  return Math.exp(logarithm);
}

/** Interval for the q-quantile of independent samples, `sorted` ascending. */
export function quantileInterval(
  sorted: ArrayLike<number>,
  q: number,
  confidence = 0.95,
): { lo: number; hi: number } | null {
  const ranks = quantileRanks(sorted.length, q, confidence);
  return ranks === null ? null : { lo: sorted[ranks.low - 1], hi: sorted[ranks.high - 1] };
}
