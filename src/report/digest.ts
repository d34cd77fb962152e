/**
 * What a report says before any figure: verdict, thresholds, headline numbers, one row a cohort, what was assumed, how to get
 * it again. Terminal, Markdown and HTML print this one structure, so they cannot disagree.
 */
import { bindingOf, metricValues } from '../metrics/binding.ts';
import { headroomOf, headroomText, waitShare } from '../metrics/headroom.ts';
import { evaluateThresholds, passed, type Verdict } from '../metrics/thresholds.ts';
import { assumptions } from './assumptions.ts';
import { formatMetric, formatSeconds, operatorSign, percent, significant } from './format.ts';
import type { Tile } from './headline.ts';
import { kernelBasis } from './kernel-basis.ts';
import { ALL, cohortNames, findSummary, type RunTables, type SummaryRow } from './run-data.ts';

export interface ThresholdLine extends Verdict {
  /** "p99 of time to first token < 2 s", formatted sides apart. */
  readonly bound: string;
  readonly measured: string;
  readonly status: 'pass' | 'warn' | 'fail';
}

export interface CohortTable {
  readonly columns: readonly string[];
  readonly rows: readonly { readonly cohort: string; readonly cells: readonly string[] }[];
}

export interface Digest {
  readonly name: string;
  readonly description: string;
  readonly passed: boolean;
  /** 'none' where the scenario sets no thresholds, or none fails but no request was measured. */
  readonly verdict: 'pass' | 'fail' | 'none';
  readonly sentence: string;
  /** What the run is short of, and the measurements that says; null where there are none. */
  readonly limit: string | null;
  readonly thresholds: readonly ThresholdLine[];
  readonly tiles: readonly Tile[];
  /** The system in a few words each: base, adapters, hardware, population. */
  readonly setting: readonly (readonly [label: string, value: string])[];
  readonly cohorts: CohortTable;
  readonly assumptions: readonly string[];
  readonly reproduce: string;
}

export function digest(tables: RunTables): Digest {
  const { scenario, summary } = tables;
  const thresholds = evaluateThresholds(scenario.thresholds, summary).map((verdict) => thresholdLine(verdict, summary));
  const ok = passed(thresholds);
  return {
    name: scenario.name,
    description: scenario.description,
    passed: ok,
    verdict: thresholds.length === 0 || (ok && unmeasured(summary)) ? 'none' : ok ? 'pass' : 'fail',
    sentence: sentence(tables, thresholds),
    limit: limit(tables, thresholds),
    thresholds,
    tiles: tiles(tables),
    setting: setting(tables),
    cohorts: cohortTable(tables),
    assumptions: assumptions(scenario),
    reproduce: reproduceCommand(tables),
  };
}

function thresholdLine(verdict: Verdict, summary: readonly SummaryRow[]): ThresholdLine {
  const unit = findSummary(summary, verdict.metric)?.unit ?? '';
  // As many digits as it takes to tell the two sides apart: "2 s < 2 s" explains nothing.
  let digits = 3;
  while (
    digits < 12 &&
    verdict.actual !== verdict.value &&
    formatMetric(verdict.actual, unit, digits) === formatMetric(verdict.value, unit, digits)
  )
    digits++;
  return {
    ...verdict,
    bound: `${operatorSign(verdict.op)} ${formatMetric(verdict.value, unit, digits)}`,
    measured: formatMetric(verdict.actual, unit, digits),
    status: verdict.ok ? 'pass' : verdict.severity,
  };
}

/** One sentence: what held or broke, at what load, at what price. */
function sentence(tables: RunTables, thresholds: readonly ThresholdLine[]): string {
  const { scenario, summary } = tables;
  const broken = thresholds.filter((line) => line.status === 'fail');
  const users = formatMetric(scenario.population.users, 'count');
  const load = `${users} users, ${shown(summary, 'arrivals')} requests`;
  const cost = findSummary(summary, 'cost_usd_per_user_month')?.value ?? null;
  const price = cost === null ? '' : `, at ${formatMetric(cost, 'USD')} a user and month`;
  const tail = `p99 time to first token ${shown(summary, 'ttft_ms_p99')}`;
  if (thresholds.length === 0) return `${load}: ${tail}${price}. The scenario sets no thresholds.`;
  if (broken.length === 0 && unmeasured(summary)) {
    return `${load}: no request was measured, so nothing is decided: none that arrived after the warm-up of ${formatSeconds(scenario.warmup)} got its first token. A shorter warmup or a longer duration measures some.`;
  }
  if (broken.length === 0) {
    const warned = thresholds.filter((line) => line.status === 'warn').length;
    const all = thresholds.length === 1 ? 'its threshold' : `all ${thresholds.length} thresholds`;
    const held = warned === 0 ? all : `its thresholds, with ${warned} warning${warned > 1 ? 's' : ''}`;
    return `${load}: meets ${held}, ${tail}${price}.`;
  }
  const worst = broken[0];
  const others = broken.length > 1 ? ` (and ${broken.length - 1} more)` : '';
  return `${load}: misses ${broken.length} of ${thresholds.length} thresholds: ${worst.metric} is ${worst.measured}, required ${worst.bound}${others}.`;
}

/** Thresholds on cost or on counts hold in a run without any latency too, and say nothing of serving. */
const unmeasured = (summary: readonly SummaryRow[]): boolean => findSummary(summary, 'ttft_ms_p50')?.value === null;

/** Below this share of a request's time, what it loses against running alone, or waits, is not called a limit. */
const LOST = 0.1;

/**
 * The same reading as that of `plan`; of thresholds that only warn too. Where none is broken and requests hardly wait, nothing
 * limits the run: steps are longer than alone in any batch, so that is said as a price of sharing, with what is nearest to its bound.
 */
function limit({ scenario, summary }: RunTables, thresholds: readonly ThresholdLine[]): string | null {
  const metrics = metricValues(summary);
  const whole = metrics.e2el_ms_mean ?? 0;
  if (!(whole > 0) || typeof metrics.alone_ms_mean !== 'number') return null;
  const failing = thresholds.filter(({ ok }) => !ok);
  const lost = Math.max(0, 1 - metrics.alone_ms_mean / whole);
  const waits = waitShare(metrics) ?? 0;
  const { resource, evidence, of, reading } = bindingOf(metrics, scenario, failing);
  const share = `Of a request's time ${percent(lost, 2)} is lost against running alone`;
  if (failing.length === 0 && waits < LOST) {
    const room = headroomText(headroomOf(summary, scenario, thresholds));
    const sharing = lost < LOST ? '' : ', most of it to steps longer than alone, as batches have';
    return `At no limit: requests wait ${percent(waits, 2)} of their time; ${room}. ${share}${sharing}.`;
  }
  if (failing.length > 0 && lost < LOST && of === 'e2el_ms_mean' && reading === 'waits')
    return `No shared resource is short on average: a request takes little longer than alone. ${share}.`;
  return `Limited by ${resource}, as ${reading} read: ${evidence.join('; ')}. ${share}.`;
}

const shown = (summary: readonly SummaryRow[], metric: string, cohort: string = ALL): string => {
  const row = findSummary(summary, metric, cohort);
  return formatMetric(row?.value, row?.unit ?? '');
};

function tiles({ scenario, summary }: RunTables): Tile[] {
  const at = (metric: string) => shown(summary, metric);
  const basis = kernelBasis(scenario);
  return [
    { label: 'Requests', value: at('arrivals'), note: `${at('request_rps')} finished` },
    {
      label: 'Users',
      value: formatMetric(scenario.population.users, 'count'),
      note: `over ${formatSeconds(scenario.duration)}`,
    },
    { label: 'Time to first token', value: at('ttft_ms_p99'), note: `p99 · median ${at('ttft_ms_p50')}` },
    { label: 'Time per output token', value: at('tpot_ms_p99'), note: `p99 · median ${at('tpot_ms_p50')}` },
    { label: 'SLO attainment', value: at('slo_attainment'), note: `of arrivals · ${at('rejections')} refused` },
    { label: 'GPU hit ratio', value: at('hit_ratio_gpu'), note: `cold ${at('cold_ratio')}` },
    { label: 'Replicas not idle', value: at('replica_utilisation'), note: `KV cache ${at('kv_utilisation')} full` },
    { label: 'Output', value: at('output_tps'), note: `fairness ${at('jain_users')} (Jain)` },
    { label: 'Cost per million tokens', value: at('cost_usd_per_million_tokens'), note: 'prompt and output' },
    { label: 'Cost of a user', value: at('cost_usd_per_user_month'), note: 'a month, rent of all hardware' },
    ...revisionTiles(summary),
    ...(basis === null ? [] : [{ label: 'LoRA priced by profile', value: basis.error, note: basis.device }]),
  ];
}

/** Where adapters go on learning; the metrics do not apply elsewhere. */
function revisionTiles(summary: readonly SummaryRow[]): Tile[] {
  if (findSummary(summary, 'revisions_ready') === undefined) return [];
  const at = (metric: string) => shown(summary, metric);
  return [
    {
      label: 'Revisions put into use',
      value: at('revisions_ready'),
      note: `${at('revisions_rolled_back')} rolled back`,
    },
    {
      label: 'Lookups lost to updates',
      value: at('stale_lookup_ratio'),
      note: `trained to served p50 ${at('trained_to_served_ms_p50')}`,
    },
  ];
}

function setting({ scenario }: RunTables): [string, string][] {
  const { adapter, base, hardware, population, serving } = scenario;
  const { tensor, pipeline } = hardware.parallel;
  const gpus = hardware.replicas * tensor * pipeline;
  const ranks = adapter.rank.ranks.map(({ rank }) => rank);
  const sharing =
    population.users_per_adapter > 1
      ? `, ${population.users_per_adapter} users each`
      : population.adapters_per_user > 1
        ? `, ${population.adapters_per_user} a user`
        : '';
  return [
    ['Base', `${base.name}, ${base.weight_dtype}`],
    ['Adapters', `rank ${[...new Set(ranks)].join(', ')}${sharing}`],
    ['Hardware', `${significant(gpus)} × ${hardware.gpu.name} in ${significant(hardware.replicas)} replicas`],
    ['Slots', `${serving.slots} adapters a replica`],
    ['Routing', serving.routing.name],
    [
      'Eviction',
      [serving.tiers.gpu, serving.tiers.host, serving.tiers.disk].map((tier) => tier.eviction.name).join(' / '),
    ],
  ];
}

/** Columns of the per-cohort table: metric and heading. */
const COHORT_COLUMNS = [
  ['arrivals', 'requests'],
  ['ttft_ms_p50', 'TTFT p50'],
  ['ttft_ms_p99', 'TTFT p99'],
  ['tpot_ms_p99', 'TPOT p99'],
  ['e2el_ms_p99', 'E2E p99'],
  ['slowdown_p99', 'slowdown p99'],
  ['hit_ratio_gpu', 'GPU hits'],
  ['slo_attainment', 'SLO met'],
] as const;

function cohortTable(tables: RunTables): CohortTable {
  const names = cohortNames(tables);
  const scopes = names.length > 1 ? [...names, ALL] : names;
  return {
    columns: COHORT_COLUMNS.map(([, heading]) => heading),
    rows: scopes.map((cohort) => ({
      cohort: cohort === ALL ? 'all' : cohort,
      cells: COHORT_COLUMNS.map(([metric]) => shown(tables.summary, metric, cohort)),
    })),
  };
}

/** The command that a person types to get this run again: as the manifest recorded it, else over the resolved scenario. */
function reproduceCommand({ manifest }: RunTables): string {
  return typeof manifest.command === 'string' ? manifest.command : 'mint-bench run scenario.resolved.yaml';
}
