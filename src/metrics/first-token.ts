/**
 * Which part of the time to first token a broken threshold is about. Mean end-to-end loss is mostly decoding, so it says nothing
 * of a threshold on first tokens: those wait in the queue and for the adapter, and are then prefilled.
 */
import type { MetricValues } from './binding.ts';
import type { Verdict } from './thresholds.ts';

export interface FirstTokenParts {
  /** `mean`, `p99`, …: that of the threshold, and of each part. */
  statistic: string;
  /** Milliseconds. `queue` also holds waits after a preemption, as the metric does. */
  ttft: number;
  queue: number;
  adapter: number;
  /** What the two leave. Quantiles of parts do not add up to that of the whole; no less than what is left of the means. */
  prefill: number;
}

const TTFT = /^ttft_(?:\w+_)?ms_(\w+)$/;

const QUANTILES: readonly (readonly [statistic: string, q: number])[] = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
];

/** "99% within the objective" speaks of the 99th percentile. */
export const quantileNear = (share: number): string =>
  QUANTILES.reduce((a, b) => (Math.abs(b[1] - share) < Math.abs(a[1] - share) ? b : a))[0];

/** Null where not every broken threshold is about first tokens, or the run has no such metrics. */
export function firstTokenParts(failing: readonly Verdict[], metrics: MetricValues): FirstTokenParts | null {
  const statistics = failing.map((verdict) => statisticOf(verdict, metrics));
  const [statistic] = statistics;
  if (statistic === undefined || statistic === null || statistics.includes(null)) return null;
  const at = (stem: string, of = statistic) => metrics[`${stem}_ms_${of}`] ?? null;
  const [ttft, queue, adapter] = [at('ttft'), at('queue'), at('adapter_wait')];
  if (ttft === null || queue === null || adapter === null) return null;
  const left = (at('ttft', 'mean') ?? 0) - (at('queue', 'mean') ?? 0) - (at('adapter_wait', 'mean') ?? 0);
  return { statistic, ttft, queue, adapter, prefill: Math.max(0, ttft - queue - adapter, left) };
}

/** The statistic of TTFT that a broken threshold limits; null where it limits something else. */
function statisticOf({ metric, value }: Verdict, metrics: MetricValues): string | null {
  const named = TTFT.exec(metric)?.[1];
  if (named !== undefined) return named;
  if (metric === 'slo_ttft_attainment') return quantileNear(value);
  if (metric !== 'slo_attainment') return null;
  // Refused requests miss every objective alike: only where TTFT is missed more often than the others is it about first tokens.
  const first = metrics.slo_ttft_attainment ?? 1;
  const others = Math.min(metrics.slo_tpot_attainment ?? 1, metrics.slo_e2el_attainment ?? 1);
  return first < others ? quantileNear(value) : null;
}
