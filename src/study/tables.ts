/**
 * A study's tables: sweep.arrow, a row a point and replication, and aggregate.arrow, a row a setting with intervals over its
 * replications. Axes and metrics are columns with their units. Built from points in the order of their index, so the same for any
 * executor, any sharding and any interruption.
 */
import { METRICS } from '../metrics/catalog/index.ts';
import { LEAST_FOR_INTERVAL, overReplications } from '../metrics/statistics/resampling.ts';
import type { SummaryRow } from '../metrics/summary.ts';
import { arrowFile, type Column, encode } from '../metrics/tables/arrow.ts';
import type { PointResult } from './point-result.ts';
import { type StudyDocument, settingCount } from './study-document.ts';

/** One setting over its replications. */
export interface SettingResult {
  readonly setting: number;
  /** Replications that passed every threshold. */
  readonly passed: number;
  /** Mean over replications where the metric has a value, with a Student-t interval; of two replications their range, of one the run's own interval. */
  readonly summary: readonly SummaryRow[];
}

/** @param results by index, one for each point of the document */
export function settingResults(document: StudyDocument, results: readonly PointResult[]): SettingResult[] {
  const { replications } = document;
  return Array.from({ length: settingCount(document) }, (_, setting) => {
    const own = results.slice(setting * replications, (setting + 1) * replications);
    return {
      setting,
      passed: own.filter(({ passed }) => passed).length,
      summary: own[0].rows.map((row, at) => averaged(row, own, at)),
    };
  });
}

function averaged(first: SummaryRow, results: readonly PointResult[], at: number): SummaryRow {
  if (results.length === 1) return first;
  const rows = results.map(({ rows }) => rows[at]).filter(({ value }) => value !== null);
  if (rows.length === 0) return { ...first, replications: 0 };
  const values = rows.map(({ value }) => value as number);
  const interval = overReplications(values);
  return {
    ...first,
    value: interval?.estimate ?? values[0],
    n: rows.reduce((sum, { n }) => sum + n, 0),
    lo: interval?.lo ?? null,
    hi: interval?.hi ?? null,
    replications: values.length,
  };
}

export function sweepTable(document: StudyDocument, results: readonly PointResult[]): Uint8Array {
  const entries = document.points;
  const column = (metric: string) =>
    Float64Array.from(results, (result) => metricValue(result.rows, metric) ?? Number.NaN);
  const columns: Column[] = [
    {
      name: 'setting',
      unit: 'number',
      description: 'which combination of axis values, from 0',
      data: Uint32Array.from(entries, ({ setting }) => setting),
    },
    ...axisColumns(
      document,
      entries.map(({ setting }) => setting),
    ),
    {
      name: 'replication',
      unit: 'number',
      description: 'from 0; the same replication of any two settings has the same seed',
      data: Uint32Array.from(entries, ({ replication }) => replication),
    },
    { name: 'seed', unit: 'name', description: 'seed of the run', data: encode(entries.map(({ seed }) => seed)) },
    {
      name: 'run',
      unit: 'name',
      description: 'run hash: mint-bench run of the same scenario has the same one',
      data: encode(entries.map(({ run_hash }) => run_hash)),
    },
    {
      name: 'passed',
      unit: 'flag',
      description: '1 where no threshold of severity fail is broken',
      data: Uint8Array.from(results, ({ passed }) => Number(passed)),
    },
    ...METRICS.filter(
      ({ name, applies }) => applies === undefined || results.some(({ rows }) => rowOf(rows, name) !== undefined),
    ).map(({ name, unit, definition }) => ({ name, unit, description: definition, data: column(name) })),
  ];
  return arrowFile({ name: 'sweep', columns, metadata: metadataOf(document) }, provenance(document));
}

export function aggregateTable(document: StudyDocument, settings: readonly SettingResult[]): Uint8Array {
  const pick = (metric: string, field: 'value' | 'lo' | 'hi') =>
    Float64Array.from(settings, ({ summary }) => rowOf(summary, metric)?.[field] ?? Number.NaN);
  const counted = (metric: string, { summary }: SettingResult) => {
    const row = rowOf(summary, metric);
    return row?.replications ?? (row === undefined || row.value === null ? 0 : 1);
  };
  const countColumn = (metric: string): Column => ({
    name: `${metric}_replications`,
    unit: 'count',
    description: `replications in which ${metric} has a value`,
    data: Uint32Array.from(settings, (setting) => counted(metric, setting)),
  });
  // Where all replications have a value the column `replications` says it.
  const incomplete = new Set(
    METRICS.map(({ name }) => name).filter(
      (name) =>
        document.replications > 1 &&
        settings.some((setting) => ![0, document.replications].includes(counted(name, setting))),
    ),
  );
  const columns: Column[] = [
    {
      name: 'setting',
      unit: 'number',
      description: 'which combination of axis values, from 0',
      data: Uint32Array.from(settings, ({ setting }) => setting),
    },
    ...axisColumns(
      document,
      settings.map(({ setting }) => setting),
    ),
    {
      name: 'replications',
      unit: 'count',
      description: 'runs of the setting',
      data: Uint32Array.from(settings, () => document.replications),
    },
    {
      name: 'passed',
      unit: 'count',
      description: 'replications that break no threshold of severity fail',
      data: Uint32Array.from(settings, ({ passed }) => passed),
    },
    ...METRICS.filter(
      ({ name, applies }) =>
        applies === undefined || settings.some(({ summary }) => rowOf(summary, name) !== undefined),
    ).flatMap(({ name, unit, definition }) => [
      { name, unit, description: definition, data: pick(name, 'value') },
      { name: `${name}_lo`, unit, description: `lower end of the interval of ${name}`, data: pick(name, 'lo') },
      { name: `${name}_hi`, unit, description: `upper end of the interval of ${name}`, data: pick(name, 'hi') },
      ...(incomplete.has(name) ? [countColumn(name)] : []),
    ]),
  ];
  const interval =
    document.replications >= LEAST_FOR_INTERVAL
      ? `Student-t over replications, 95 %${incomplete.size === 0 ? '' : '; where <metric>_replications is 2, the two values, and of 1 none'}`
      : document.replications === 2
        ? 'the values of the two replications: too few for an interval'
        : 'within the run, 95 %, where the metric has one (a single replication)';
  return arrowFile(
    { name: 'aggregate', columns, metadata: { ...metadataOf(document), interval } },
    provenance(document),
  );
}

function axisColumns({ axes }: StudyDocument, settings: readonly number[]): Column[] {
  return axes.map(({ path, unit, values, written }) => ({
    name: path,
    unit,
    description: 'axis',
    data:
      unit === 'name'
        ? encode(settings.map((setting) => written[setting]))
        : Float64Array.from(settings, (setting) => (values[setting] as number | null) ?? Number.NaN),
  }));
}

const metadataOf = ({ axes, replications }: StudyDocument) => ({
  axes: JSON.stringify(axes.map(({ path }) => path)),
  replications: String(replications),
});

const provenance = ({ name, study_hash }: StudyDocument) =>
  ({ kind: 'simulated', scenario: name, runHash: study_hash }) as const;

const rowOf = (rows: readonly SummaryRow[], metric: string) =>
  rows.find((row) => row.metric === metric && row.cohort === 'all');
const metricValue = (rows: readonly SummaryRow[], metric: string) => rowOf(rows, metric)?.value ?? null;
