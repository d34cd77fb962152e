/**
 * What figures and reports read: the result tables of one run as plain columns, and of many runs as summaries.
 *
 * Nothing here knows Arrow or a run folder (write.ts fills it from src/metrics), so every figure can be drawn from tables
 * that were built in memory. Units stand in the column names: `_s` seconds, `_ms` milliseconds, `_bytes` bytes.
 */
import type { SummaryRow } from '../metrics/summary.ts';
import type { Scenario } from '../scenario/scenario.ts';

export type NumberColumn = ArrayLike<number>;
export type StringColumn = ArrayLike<string>;

export interface Table {
  readonly length: number;
  readonly columns: Readonly<Record<string, NumberColumn | StringColumn>>;
}

/** Names of the tables that a figure may need. */
export const TABLES = [
  'timeseries',
  'cohorts',
  'users',
  'requests',
  'distributions',
  'breakdown',
  'lifecycle',
] as const;
export type TableName = (typeof TABLES)[number];

export type { SummaryRow };

export const ALL = 'all';

/** Where a result comes from; shown as a badge beside every figure. */
export interface Provenance {
  readonly kind: 'simulated' | 'measured' | 'cited';
  /** Run hash, device, or work cited. */
  readonly source: string;
}

export interface RunTables extends Readonly<Record<TableName, Table>> {
  /** Versions, seed, scenario hash, machine, as written; shown, never interpreted. */
  readonly manifest: Readonly<Record<string, unknown>>;
  /** First 8 or more hexadecimal digits of the scenario's hash. */
  readonly hash: string;
  readonly scenario: Scenario;
  readonly summary: readonly SummaryRow[];
  /** How a replica's GPU memory is divided; null where the run does not say. */
  readonly memory: MemorySplit | null;
}

/** The part of the engine's memory plan that is shown; bytes a replica, summed over its GPUs. */
export interface MemorySplit {
  readonly gpuBytes: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly slotBytes: number;
  readonly kvBlocks: number;
  readonly blockBytes: number;
}

/** One run of a sweep or a reproduction, reduced to what a figure over many runs needs. */
export interface StudyRun {
  readonly label: string;
  /** Swept parameters by dotted path or short name, in base units. */
  readonly params: Readonly<Record<string, number | string>>;
  /** The same values as a person wrote them, where that reads better: `64GiB`. */
  readonly written?: Readonly<Record<string, string>>;
  readonly summary: readonly SummaryRow[];
  /** Set by a search alone: whether this is the last value of its axis at which its thresholds hold in every replication. */
  readonly kept?: boolean;
}

export function numbers(table: Table, name: string): NumberColumn {
  const column = table.columns[name];
  if (column === undefined)
    throw new Error(`result table has no column '${name}' (it has ${Object.keys(table.columns).join(', ')})`);
  return column as NumberColumn;
}

export function strings(table: Table, name: string): StringColumn {
  return numbers(table, name) as unknown as StringColumn;
}

export function has(table: Table, ...names: string[]): boolean {
  return names.every((name) => table.columns[name] !== undefined);
}

export function findSummary(rows: readonly SummaryRow[], metric: string, cohort: string = ALL): SummaryRow | undefined {
  return rows.find((row) => row.metric === metric && row.cohort === cohort);
}

/** Value of a summary metric; NaN where the run does not have it or its sample is empty. */
export function metric(rows: readonly SummaryRow[], name: string, cohort: string = ALL): number {
  return findSummary(rows, name, cohort)?.value ?? Number.NaN;
}

export function cohortNames(tables: RunTables): string[] {
  return tables.scenario.population.cohorts.map((cohort) => cohort.name);
}
