/**
 * Quantiles of timing samples with order-statistic intervals: no assumption on the distribution, only that samples are
 * independent (David and Nagaraja, "Order Statistics", 2003, section 7.1).
 */

export interface Quantile {
  value: number;
  /** Interval that covers the true quantile with at least 95%; ±Infinity where there are too few samples to bound it. */
  low: number;
  high: number;
}

/** Type-1 quantile (an observed value) of sorted samples. */
export function quantileOf(sorted: Float64Array, q: number): number {
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))];
}

/** O(n log n). */
export function quantile(samples: Float64Array, q: number): Quantile {
  const sorted = samples.slice().sort();
  const n = sorted.length;
  // P(B ≤ k) for B ~ Binomial(n, q): the j-th smallest sample is at or below the quantile with probability P(B ≥ j).
  let probability = (1 - q) ** n;
  let cumulative = 0;
  let low = -1;
  let high = n;
  for (let k = 0; k <= n; k++) {
    cumulative += probability;
    if (cumulative <= 0.025) low = k;
    if (cumulative >= 0.975) {
      high = k;
      break;
    }
    probability *= ((n - k) / (k + 1)) * (q / (1 - q));
  }
  return {
    value: quantileOf(sorted, q),
    low: low < 0 ? -Infinity : sorted[low],
    high: high >= n ? Infinity : sorted[high],
  };
}

export function median(samples: Float64Array): number {
  const sorted = samples.slice().sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}
