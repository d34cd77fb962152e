/** What searches keep of a setting's replications: metrics as means over them, and the verdict of thresholds in each. */
import { type MetricValues, metricValues } from '../metrics/binding.ts';
import { overReplications } from '../metrics/statistics/resampling.ts';
import type { SummaryRow } from '../metrics/summary.ts';
import { evaluateThresholds, passed, type Verdict } from '../metrics/thresholds.ts';
import type { Threshold } from '../scenario/scenario.ts';

/** One replication of one setting. */
export interface Outcome {
  seed: string;
  /** Run hash; the same as that of `run`. */
  id: string;
  rows: readonly SummaryRow[];
  /** Why there is no result: it does not fit, or its budget was used up. */
  failure: string | null;
}

export interface Judged {
  ok: boolean;
  verdicts: readonly Verdict[];
}

/** A setting that cannot be simulated to its end does not meet any threshold. */
export function judgeOutcome(outcome: Outcome, thresholds: readonly Threshold[]): Judged {
  if (outcome.failure !== null) return { ok: false, verdicts: [] };
  const verdicts = evaluateThresholds(thresholds, outcome.rows);
  return { ok: passed(verdicts), verdicts };
}

/** Means over the replications that have a value; a metric without any is null. */
export function meanMetrics(outcomes: readonly Outcome[]): MetricValues {
  return metricValues(meanRows(outcomes));
}

/** The same as rows of a summary, with Student-t intervals over replications from three on, their range of two. */
export function meanRows(outcomes: readonly Outcome[]): SummaryRow[] {
  const finished = outcomes.filter(({ failure }) => failure === null);
  if (finished.length === 0) return [];
  if (finished.length === 1) return finished[0].rows.filter(({ cohort }) => cohort === 'all');
  const columns = new Map<string, { first: SummaryRow; values: number[]; n: number }>();
  for (const { rows } of finished) {
    for (const row of rows) {
      if (row.cohort !== 'all') continue;
      const column = columns.get(row.metric) ?? { first: row, values: [], n: 0 };
      columns.set(row.metric, column);
      if (row.value !== null) column.values.push(row.value);
      column.n += row.n;
    }
  }
  return [...columns.values()].map(({ first, values, n }) => {
    const interval = overReplications(values);
    const value = values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
    return { ...first, value, n, lo: interval?.lo ?? null, hi: interval?.hi ?? null, replications: values.length };
  });
}

/** Thresholds that fail in some replication, with their mean value over the replications. */
export function failingThresholds(outcomes: readonly Outcome[], thresholds: readonly Threshold[]): Verdict[] {
  const means = meanMetrics(outcomes);
  const failed = new Set<number>();
  for (const outcome of outcomes) {
    for (const [i, { ok, severity }] of judgeOutcome(outcome, thresholds).verdicts.entries()) {
      if (!ok && severity === 'fail') failed.add(i);
    }
  }
  return [...failed]
    .sort((a, b) => a - b)
    .map((i) => ({ ...thresholds[i], actual: means[thresholds[i].metric] ?? null, ok: false }));
}
