/**
 * How near a run that keeps its thresholds is to what could break them, read off its metrics: the bound that most of is used, and
 * the resource that is fullest. A reading of one load, no forecast: shares grow unevenly with load, so the knee is a search's to find.
 */
import type { Scenario } from '../scenario/scenario.ts';
import { type MetricValues, percent } from './binding.ts';
import { metricNamed } from './catalog/index.ts';
import { quantileNear } from './first-token.ts';
import { type SummaryRow, summaryValue } from './summary.ts';
import type { Verdict } from './thresholds.ts';

export interface Use {
  /** For people: "ttft_ms_p99 of chat at 46% of its objective". */
  text: string;
  /** Of what is allowed, or of what there is. */
  share: number;
}

export interface Headroom {
  /** The threshold or objective of which most is used; null where there is none. */
  bound: Use | null;
  /** The fullest of what can be full; GPU slots are a cache, which is always full. */
  resource: Use;
}

const most = (uses: readonly Use[]): Use | null =>
  uses.length === 0 ? null : uses.reduce((a, b) => (b.share > a.share ? b : a));

export function headroomOf(rows: readonly SummaryRow[], scenario: Scenario, verdicts: readonly Verdict[]): Headroom {
  return {
    bound: most([...verdicts.flatMap(thresholdUse), ...objectiveUses(rows, scenario, verdicts)]),
    resource: most(resourceUses(rows, scenario)) as Use,
  };
}

/** Share of a request's mean time that it waits, for a place or for its adapter; null without such metrics. */
export function waitShare(metrics: MetricValues): number | null {
  const { e2el_ms_mean: whole, queue_ms_mean: queue, adapter_wait_ms_mean: adapter } = metrics;
  if (typeof whole !== 'number' || !(whole > 0)) return null;
  return ((queue ?? 0) + (adapter ?? 0)) / whole;
}

function thresholdUse({ metric, op, value, actual }: Verdict): Use[] {
  if (actual === null) return [];
  if (op === '<' || op === '<=') {
    if (!(value > 0)) return [];
    return [{ text: `${metric} at ${percent(actual / value)} of its bound`, share: actual / value }];
  }
  if (op !== '>' && op !== '>=') return [];
  if (metricNamed(metric)?.unit === 'fraction') {
    // "At least 95%" allows 5% to be missing.
    if (!(value < 1)) return [];
    const share = (1 - actual) / (1 - value);
    return [{ text: `${metric} with ${percent(share)} of the shortfall from 100% that its bound allows`, share }];
  }
  if (!(actual > 0) || value <= 0) return [];
  return [{ text: `${metric}, of which the bound is ${percent(value / actual)}`, share: value / actual }];
}

const OBJECTIVES = ['ttft', 'tpot', 'e2el'] as const;

/** Per cohort, at the quantile that a threshold on attainment speaks of, else at the 99th. */
function objectiveUses(rows: readonly SummaryRow[], scenario: Scenario, verdicts: readonly Verdict[]): Use[] {
  const attainment = verdicts.find(({ metric }) => metric === 'slo_attainment');
  const statistic = attainment === undefined ? 'p99' : quantileNear(attainment.value);
  const { cohorts } = scenario.population;
  return cohorts.flatMap(({ name, slo }) => {
    const objectives = slo === null ? undefined : scenario.slo[slo];
    if (objectives === undefined) return [];
    return OBJECTIVES.flatMap((kind): Use[] => {
      const metric = `${kind}_ms_${statistic}`;
      const actual = summaryValue(rows, metric, name) ?? (cohorts.length === 1 ? summaryValue(rows, metric) : null);
      const bound = objectives[kind] * 1000;
      if (typeof actual !== 'number' || !(bound > 0) || !Number.isFinite(bound)) return [];
      const of = cohorts.length === 1 ? '' : ` of ${name}`;
      return [{ text: `${metric}${of} at ${percent(actual / bound)} of its objective`, share: actual / bound }];
    });
  });
}

function resourceUses(rows: readonly SummaryRow[], { hardware, serving }: Scenario): Use[] {
  const value = (name: string): number => summaryValue(rows, name) ?? 0;
  const places = value('running_peak') / (hardware.replicas * serving.max_batch);
  const memory = value('kv_utilisation');
  const loaders = value('loads_in_flight_mean') / (hardware.replicas * serving.loader.concurrency);
  return [
    { text: `places in the batch, ${percent(places)} at the busiest moment`, share: places },
    { text: `KV cache memory, ${percent(memory)} on average`, share: memory },
    { text: `loaders, ${percent(loaders)} on average`, share: loaders },
  ];
}

/** Both in words, after "nearest to their bounds are" or the like. */
export const headroomText = ({ bound, resource }: Headroom): string =>
  [...(bound === null ? [] : [`nearest its bound: ${bound.text}`]), `fullest: ${resource.text}`].join('; ');
