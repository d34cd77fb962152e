/**
 * Intervals without a distribution: percentile bootstrap (Efron & Tibshirani, An Introduction to the Bootstrap, 1993, 13) and
 * batch means for correlated series (Law, Simulation Modeling and Analysis, 5th ed., 9.5.3). Draws come from the project's
 * seeded streams, so an interval is the same every time.
 */
import { stream } from '../../sim/random/streams.ts';
import { studentQuantile } from './student.ts';

export interface Interval {
  estimate: number;
  lo: number;
  hi: number;
}

const RESAMPLES = 2000;

export const mean = (values: ArrayLike<number>): number => {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
};

/** Percentile bootstrap of a statistic of independent samples. */
export function bootstrap(
  values: ArrayLike<number>,
  statistic: (sample: Float64Array) => number,
  seed: string,
  confidence = 0.95,
): Interval {
  const n = values.length;
  if (n === 0) throw new RangeError('The bootstrap got no samples; expected at least one.');
  const draw = stream(seed, 'bootstrap');
  const sample = new Float64Array(n);
  const estimates = new Float64Array(RESAMPLES);
  for (let r = 0; r < RESAMPLES; r++) {
    for (let i = 0; i < n; i++) sample[i] = values[draw.integer(n)];
    estimates[r] = statistic(sample);
  }
  estimates.sort();
  const at = (p: number) => estimates[Math.min(RESAMPLES - 1, Math.max(0, Math.round(p * RESAMPLES - 0.5)))];
  const tail = (1 - confidence) / 2;
  return { estimate: statistic(Float64Array.from(values)), lo: at(tail), hi: at(1 - tail) };
}

/** Student-t interval for a mean of independent samples; null below two samples. */
export function meanInterval(values: ArrayLike<number>, confidence = 0.95): Interval | null {
  const n = values.length;
  if (n < 2) return null;
  const first = values[0];
  // Equal samples have no spread, not even that of rounding their mean.
  if (Array.from(values).every((value) => value === first)) return { estimate: first, lo: first, hi: first };
  const estimate = mean(values);
  let squares = 0;
  for (let i = 0; i < n; i++) squares += (values[i] - estimate) ** 2;
  const half = studentQuantile((1 + confidence) / 2, n - 1) * Math.sqrt(squares / (n - 1) / n);
  return { estimate, lo: estimate - half, hi: estimate + half };
}

/** Fewest replications whose spread says something of others: Student-t of two is 13 times half their distance, whatever was measured. */
export const LEAST_FOR_INTERVAL = 3;

/**
 * The mean of replications with what is known of it: a Student-t interval from three on, the two values themselves below that; null
 * below two.
 */
export function overReplications(values: ArrayLike<number>): Interval | null {
  const n = values.length;
  if (n < 2 || n >= LEAST_FOR_INTERVAL) return meanInterval(values);
  const [a, b] = [values[0], values[1]];
  return { estimate: a === b ? a : mean(values), lo: Math.min(a, b), hi: Math.max(a, b) };
}

/** Interval for the mean of a correlated series: means of `batches` equal stretches are taken as independent. */
export function batchMeans(series: ArrayLike<number>, batches = 20, confidence = 0.95): Interval | null {
  const length = Math.floor(series.length / batches);
  if (length === 0) return null;
  const start = series.length - length * batches;
  const means = Float64Array.from({ length: batches }, (_, batch) => {
    let sum = 0;
    for (let i = 0; i < length; i++) sum += series[start + batch * length + i];
    return sum / length;
  });
  return meanInterval(means, confidence);
}
