/** A run's metrics as a flat list: one row for the whole run, and one for each cohort where the metric has cohorts. */
import { METRICS } from './catalog/index.ts';
import { type RunFacts, scopesOf } from './facts.ts';
import type { RunResult } from './result.ts';

export interface SummaryRow {
  metric: string;
  /** A cohort's name, or `all`. */
  cohort: string;
  unit: string;
  /** Null where the sample is empty. */
  value: number | null;
  n: number;
  /** 95 % interval where one can be given. */
  lo: number | null;
  hi: number | null;
  /** Of a row over replications: those that have a value, on which depends what `lo` and `hi` are. */
  replications?: number;
}

export function summarise(run: RunResult, facts: RunFacts): SummaryRow[] {
  const context = { run, facts };
  const rows: SummaryRow[] = [];
  const scopes = scopesOf(facts);
  for (const metric of METRICS) {
    if (metric.applies?.(context) === false) continue;
    for (const { scope, name } of metric.scope === 'cohort' ? scopes : scopes.slice(0, 1)) {
      const measured = metric.measure(context, scope);
      rows.push({
        metric: metric.name,
        cohort: name,
        unit: metric.unit,
        value: measured?.value ?? null,
        n: measured?.n ?? 0,
        lo: measured?.lo ?? null,
        hi: measured?.hi ?? null,
      });
    }
  }
  return rows;
}

/** A metric's value; `undefined` where the catalog has no such metric or the run no such cohort. */
export function summaryValue(rows: readonly SummaryRow[], metric: string, cohort = 'all'): number | null | undefined {
  return rows.find((row) => row.metric === metric && row.cohort === cohort)?.value;
}

/** A value as a reader sees it: four significant digits, thousands grouped, and "–" where there is none. */
export function formatValue(value: number | null): string {
  if (value === null) return '–';
  if (value === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(value)));
  if (magnitude >= 15 || magnitude < -6) return value.toExponential(3);
  const text = value.toFixed(Math.min(20, Math.max(0, 3 - magnitude)));
  const [whole, fraction] = text.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined || Number.isInteger(value) ? grouped : `${grouped}.${fraction}`;
}
