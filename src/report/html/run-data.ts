/** A run's tables → the JSON inside its page. */

import type { Row } from '../figures/figure.ts';
import { ALL, has, numbers, type RunTables, strings, type Table } from '../run-data.ts';
import { type Distribution, RUN_JSON_VERSION, type RunJson } from './explore/run-json.ts';

/** A step of a distribution that is shown: this share of the sample, or of what is still above. */
const SHARE_STEP = 1 / 150;
const TAIL_STEP = 0.07;

export function runJson(
  tables: RunTables,
  command: string,
  figures: readonly { readonly id: string; readonly rows: readonly Row[] }[],
): RunJson {
  const { scenario, summary } = tables;
  return {
    version: RUN_JSON_VERSION,
    name: scenario.name,
    hash: tables.hash,
    command,
    duration_s: scenario.duration,
    cohorts: scenario.population.cohorts.map(({ name }) => name),
    metrics: summary.map(({ metric, cohort, unit, value, n, lo, hi }) => ({
      metric,
      cohort,
      unit,
      value: finite(value),
      n,
      lo: finite(lo),
      hi: finite(hi),
    })),
    series: columns(tables.timeseries),
    distributions: distributions(tables.distributions),
    counters: columns(tables.cohorts) as Record<string, number[]>,
    figures: Object.fromEntries(figures.map(({ id, rows }) => [id, rows])),
  };
}

/** As the text of a script element of type application/json: nothing in it can end the element. */
export const embedded = (value: unknown): string =>
  JSON.stringify(value)
    .replace(/</g, '\\u003c')
    .replace(/\u2028/g, '\\u2028')
    .replace(/\u2029/g, '\\u2029');

const finite = (value: number | null): number | null => (value === null || !Number.isFinite(value) ? null : value);

function columns(table: Table): Record<string, (number | null)[]> {
  const kept = Object.entries(table.columns).filter(([, values]) => typeof values[0] !== 'string');
  return Object.fromEntries(kept.map(([name, values]) => [name, Array.from(values as ArrayLike<number>, finite)]));
}

/** Every metric and cohort, in steps that a drawing can tell apart; the first and the last sample stay. */
function distributions(table: Table): Distribution[] {
  if (!has(table, 'metric', 'cohort', 'upper_value', 'cumulative')) return [];
  const metric = strings(table, 'metric');
  const cohort = strings(table, 'cohort');
  const upper = numbers(table, 'upper_value');
  const cumulative = numbers(table, 'cumulative');
  const found: Distribution[] = [];
  for (let from = 0; from < table.length; ) {
    let to = from + 1;
    while (to < table.length && metric[to] === metric[from] && cohort[to] === cohort[from]) to++;
    const total = cumulative[to - 1];
    const values: number[] = [];
    const below: number[] = [];
    for (let row = from; row < to; row++) {
      const share = cumulative[row] / total;
      const last = below.at(-1) ?? -1;
      if (row < to - 1 && share - last < SHARE_STEP && 1 - share > (1 - TAIL_STEP) * (1 - last)) continue;
      values.push(upper[row]);
      below.push(share);
    }
    found.push({ metric: metric[from], cohort: cohort[from] ?? ALL, values, below });
    from = to;
  }
  return found;
}
