/** The one list of all metrics, in the order in which tables print them. */
import { LATENCY_METRICS } from './latency.ts';
import { LIFECYCLE_METRICS } from './lifecycle.ts';
import type { Metric } from './metric.ts';
import { REQUEST_METRICS } from './requests.ts';
import { RESIDENCY_METRICS } from './residency.ts';
import { SYSTEM_METRICS } from './system.ts';

export type { Measured, Metric, MetricContext } from './metric.ts';

export const METRICS: readonly Metric[] = [
  ...REQUEST_METRICS,
  ...LATENCY_METRICS,
  ...RESIDENCY_METRICS,
  ...LIFECYCLE_METRICS,
  ...SYSTEM_METRICS,
];

/** Names of the metrics that are shares of a whole. */
export const FRACTIONS: readonly string[] = METRICS.filter(({ unit }) => unit === 'fraction').map(({ name }) => name);

const BY_NAME = new Map(METRICS.map((metric) => [metric.name, metric]));

export const metricNamed = (name: string): Metric | undefined => BY_NAME.get(name);

/** The metrics of a group (`ttft_ms`, also `ttft`), or the one metric of that name; empty where there is none. */
export function explainMetric(name: string): readonly Metric[] {
  const exact = BY_NAME.get(name);
  if (exact !== undefined) return [exact];
  return METRICS.filter((metric) => metric.group === name || metric.group === `${name}_ms`);
}
