/**
 * Intervals for a quantile of one run, by sectioning (Asmussen & Glynn, Stochastic Simulation, 2007, III.5a; Nakayama 2014): the
 * run after warm-up is cut into sections of simulated time, each gives its own quantile, and their spread about the quantile of
 * the whole gives a Student-t interval. Requests close in time are correlated, which an order-statistic interval ignores;
 * sections much longer than the correlation are nearly independent.
 */
import { lowerBound } from '../histogram.ts';
import { type HistogramName, SERIES_HISTOGRAMS, scaleOf } from '../layout.ts';
import type { RunResult } from '../result.ts';
import { COARSE_BUCKETS, fineOf } from '../series.ts';
import { studentQuantile } from './student.ts';

const SECTIONS = 20;
/** Fewer samples than this in a section say little about its quantile: no interval then. */
const FEWEST = 10;

/** 95 % interval of a quantile over the whole run; nothing where the latency has no series or the sections are too thin. */
export function latencyInterval(
  run: RunResult,
  name: HistogramName,
  q: number,
  estimate: number,
): { lo: number; hi: number } | null {
  const latency = (SERIES_HISTOGRAMS as readonly string[]).indexOf(name);
  if (latency < 0) return null;
  const { bucketNs, buckets, latencies } = run.series;
  const first = Math.ceil(run.warmupNs / bucketNs);
  const end = Math.min(buckets, Math.floor(run.durationNs / bucketNs));
  const sections = Math.min(SECTIONS, end - first);
  if (sections < 5) return null;
  const counts = new Float64Array(COARSE_BUCKETS);
  let squares = 0;
  for (let section = 0; section < sections; section++) {
    counts.fill(0);
    const from = first + Math.floor((section * (end - first)) / sections);
    const to = first + Math.floor(((section + 1) * (end - first)) / sections);
    for (let bucket = from; bucket < to; bucket++) {
      const at = (latency * buckets + bucket) * COARSE_BUCKETS;
      for (let i = 0; i < COARSE_BUCKETS; i++) counts[i] += latencies[at + i];
    }
    const quantile = coarseQuantile(counts, q);
    if (quantile === null || quantile.n * Math.min(q, 1 - q) < 1 || quantile.n < FEWEST) return null;
    squares += (quantile.value * scaleOf(name) - estimate) ** 2;
  }
  const half = studentQuantile(0.975, sections - 1) * Math.sqrt(squares / (sections - 1) / sections);
  return { lo: Math.max(0, estimate - half), hi: estimate + half };
}

/** Nearest-rank quantile of coarse counts (series.ts), in recorded units, within 1.6 %. */
export function coarseQuantile(counts: ArrayLike<number>, q: number): { value: number; n: number } | null {
  let n = 0;
  for (let i = 0; i < counts.length; i++) n += counts[i];
  if (n === 0) return null;
  const wanted = Math.max(1, Math.ceil(q * n));
  let seen = 0;
  let i = 0;
  while ((seen += counts[i]) < wanted) i++;
  if (i === 0) return { value: 0, n };
  return { value: (lowerBound(fineOf(i)) + lowerBound(fineOf(i + 1))) / 2, n };
}
