/**
 * A file that the reader opened beside the report → what can be compared of it: another report.html (everything), a
 * summary.json (metrics and counters), or the data of one figure (`<figure>.csv`, `<figure>.vl.json`).
 *
 * Whatever stands in the file is data: numbers and strings are taken out one by one, markup and code are never used.
 */
import type { Cell, Row } from '../../figures/figure.ts';
import { type Metric, RUN_DATA, RUN_JSON_VERSION, type RunJson } from './run-json.ts';

export type OpenedFile =
  | { readonly kind: 'run'; readonly run: RunJson }
  | { readonly kind: 'figure'; readonly id: string; readonly rows: readonly Row[] };

export const MOST_BYTES = 30e6;

/** Throws an Error whose message is for the reader. */
export function readOpened(name: string, text: string): OpenedFile {
  const csv = /^(.*)\.csv$/i.exec(name);
  if (csv !== null) return { kind: 'figure', id: csv[1], rows: parseCsv(text) };
  const spec = /^(.*)\.vl\.json$/i.exec(name);
  if (spec !== null) return { kind: 'figure', id: spec[1], rows: rowsOf(field(parse(text, name), 'data', 'values')) };
  if (/\.json$/i.test(name)) return { kind: 'run', run: ofSummary(parse(text, name), name) };
  const found = new RegExp(`<script type="application/json" id="${RUN_DATA}">([^<]*)</script>`).exec(text);
  if (found === null) throw new Error(`${name} is no report of mint-bench: it carries no run data`);
  return { kind: 'run', run: ofReport(parse(found[1], name), name) };
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`${name} cannot be read: it is not whole JSON`);
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const entries = (value: unknown): [string, unknown][] => (isObject(value) ? Object.entries(value) : []);
const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);
const numberList = (value: unknown): (number | null)[] => list(value).map(number);
const record = <V>(pairs: readonly [string, V][]): Record<string, V> =>
  Object.assign(Object.create(null), Object.fromEntries(pairs));

function field(value: unknown, ...path: string[]): unknown {
  return path.reduce<unknown>((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), value);
}

function metricOf(value: unknown, metric: string, cohort: string, unit: string): Metric {
  const at = (name: string) => number(field(value, name));
  return { metric, cohort, unit, value: at('value'), n: at('n') ?? 0, lo: at('lo'), hi: at('hi') };
}

function ofReport(value: unknown, name: string): RunJson {
  if (field(value, 'version') !== RUN_JSON_VERSION)
    throw new Error(`${name} was written by another version of mint-bench; write it anew with mint-bench report`);
  const at = (key: string) => field(value, key);
  return {
    version: RUN_JSON_VERSION,
    name: text(at('name')),
    hash: text(at('hash')),
    command: text(at('command')),
    duration_s: number(at('duration_s')) ?? 0,
    cohorts: list(at('cohorts')).map(text),
    metrics: list(at('metrics')).map((row) =>
      metricOf(row, text(field(row, 'metric')), text(field(row, 'cohort')), text(field(row, 'unit'))),
    ),
    series: record(entries(at('series')).map(([key, values]) => [key, numberList(values)])),
    distributions: list(at('distributions')).map((row) => ({
      metric: text(field(row, 'metric')),
      cohort: text(field(row, 'cohort')),
      values: numberList(field(row, 'values')).map((v) => v ?? 0),
      below: numberList(field(row, 'below')).map((v) => v ?? 0),
    })),
    counters: record(entries(at('counters')).map(([key, values]) => [key, numberList(values).map((v) => v ?? 0)])),
    figures: record(entries(at('figures')).map(([id, rows]) => [id, rowsOf(rows)])),
  };
}

function ofSummary(value: unknown, name: string): RunJson {
  if (number(field(value, 'schema_version')) === null || !isObject(field(value, 'metrics')))
    throw new Error(`${name} is no summary.json of mint-bench`);
  const metrics = entries(field(value, 'metrics')).flatMap(([metric, whole]) => {
    const unit = text(field(whole, 'unit'));
    const cohorts = entries(field(whole, 'cohorts')).map(([cohort, part]) => metricOf(part, metric, cohort, unit));
    return [metricOf(whole, metric, 'all', unit), ...cohorts];
  });
  const byCohort = entries(field(value, 'counters'));
  const names = [...new Set(byCohort.flatMap(([, counters]) => entries(counters).map(([counter]) => counter)))];
  return {
    version: RUN_JSON_VERSION,
    name: text(field(value, 'scenario')),
    hash: text(field(value, 'run_hash')),
    command: '',
    duration_s: number(field(value, 'window', 'duration_s')) ?? 0,
    cohorts: byCohort.map(([cohort]) => cohort),
    metrics,
    series: {},
    distributions: [],
    counters: record(
      names.map((counter) => [counter, byCohort.map(([, counters]) => number(field(counters, counter)) ?? 0)]),
    ),
    figures: {},
  };
}

function rowsOf(value: unknown): Row[] {
  return list(value).map((row) => record(entries(row).map(([key, cell]) => [key, cellOf(cell)])));
}

const cellOf = (value: unknown): Cell =>
  typeof value === 'string' || typeof value === 'boolean' ? value : number(value);

/** RFC 4180; cells that are numbers become numbers, empty cells none. */
export function parseCsv(source: string): Row[] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of source.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    rows[rows.length - 1].push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '') break;
    if (end !== ',') rows.push([]);
  }
  const [header = [], ...body] = rows.filter((row) => row.length > 1 || row[0] !== '');
  return body.map((row) => record(header.map((name, i) => [name, csvCell(row[i] ?? '')])));
}

function csvCell(cell: string): Cell {
  if (cell === '') return null;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(cell) ? Number(cell) : cell;
}
