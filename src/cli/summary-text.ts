/** A run's summary as `run` prints it: verdicts first, then what was served, how long it took, where adapters were. */

import { formatValue } from '../metrics/summary.ts';
import type { SummaryDocument } from '../metrics/summary-json.ts';
import { type Style, table } from './terminal.ts';

type Paint = (style: Style, text: string) => string;

/** Headline metrics in groups; a metric that the run does not have is left out. */
const GROUPS: readonly (readonly [title: string, metrics: readonly string[]])[] = [
  [
    'requests',
    ['arrivals', 'finished', 'rejections', 'unfinished', 'request_rps', 'output_tps', 'goodput_rps', 'slo_attainment'],
  ],
  [
    'adapters',
    [
      'hit_ratio_gpu',
      'hit_ratio_host',
      'hit_ratio_disk',
      'cold_ratio',
      'cold_loads',
      'dedup_joins',
      'load_ms_p50',
      'load_ms_p99',
      'evictions',
    ],
  ],
  [
    'system',
    [
      'replica_utilisation',
      'kv_utilisation',
      'step_ms_mean',
      'jain_users',
      'cost_usd_per_million_tokens',
      'cost_usd_per_user_month',
    ],
  ],
];
const LATENCIES = ['ttft_ms', 'tpot_ms', 'itl_ms', 'e2el_ms', 'queue_ms', 'adapter_wait_ms', 'slowdown'];
const STATISTICS = ['p50', 'p90', 'p95', 'p99', 'p999', 'mean', 'max'];
const COHORT_COLUMNS = ['finished', 'slo_attainment', 'ttft_ms_p50', 'ttft_ms_p99', 'tpot_ms_p50', 'e2el_ms_p99'];

/** Fractions print as percentages; everything else as its value and unit. */
function shown(document: SummaryDocument, name: string, cohort?: string): string {
  const metric = document.metrics[name];
  const { value } = cohort === undefined ? metric : (metric.cohorts?.[cohort] ?? { value: null });
  if (value !== null && metric.unit === 'fraction') return `${formatValue(100 * value)}%`;
  return formatValue(value);
}

const unitOf = (document: SummaryDocument, name: string) => {
  const { unit } = document.metrics[name];
  return ['fraction', 'count', 'index'].includes(unit) || name.includes(`_${unit}_`) || name.endsWith(`_${unit}`)
    ? ''
    : unit;
};

function verdicts(document: SummaryDocument, paint: Paint): string {
  if (document.thresholds.length === 0) return '';
  const rows = document.thresholds.map(({ metric, op, value, actual, ok, severity }) => [
    ok ? paint('green', 'pass') : severity === 'warn' ? paint('yellow', 'warn') : paint('red', 'fail'),
    `${metric} ${op} ${formatValue(value)}`,
    formatValue(actual),
  ]);
  return `${table(rows, { right: [2] })}\n`;
}

export function summaryText(document: SummaryDocument, paint: Paint): string {
  const known = (name: string) => document.metrics[name] !== undefined;
  const parts = [verdicts(document, paint)];
  for (const [title, names] of GROUPS) {
    const rows = names.filter(known).map((name) => [name, shown(document, name), unitOf(document, name)]);
    if (rows.length > 0) parts.push(`${paint('bold', title)}\n${table(rows, { right: [1], indent: 2 })}\n`);
  }
  const latencies = LATENCIES.filter((name) => known(`${name}_p50`));
  if (latencies.length > 0) {
    const rows = latencies.map((name) => [
      name,
      ...STATISTICS.map((statistic) => shown(document, `${name}_${statistic}`)),
    ]);
    const right = STATISTICS.map((_, column) => column + 1);
    parts.push(`${table(rows, { header: ['latency', ...STATISTICS], right, style: paint })}\n`);
  }
  const cohorts = Object.keys(document.counters);
  const columns = COHORT_COLUMNS.filter(known);
  if (cohorts.length > 1 && columns.length > 0) {
    const rows = cohorts.map((cohort) => [cohort, ...columns.map((name) => shown(document, name, cohort))]);
    const right = columns.map((_, column) => column + 1);
    parts.push(`${table(rows, { header: ['cohort', ...columns], right, style: paint })}\n`);
  }
  return parts.join('').replace(/\n\n$/, '\n');
}
