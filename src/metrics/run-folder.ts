/** Reads the result tables of a run folder back as plain columns: what reports and comparisons work on. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tableFromIPC, type Vector } from 'apache-arrow';
import type { SummaryRow } from './summary.ts';
import type { SummaryDocument } from './summary-json.ts';

export interface ResultTable {
  readonly length: number;
  /** Numbers as a typed array where the column has no nulls; null as NaN; names as strings. */
  readonly columns: Readonly<Record<string, ArrayLike<number> | ArrayLike<string>>>;
  readonly units: Readonly<Record<string, string>>;
  /** Provenance, run hash and what else the table says about itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

export interface RunFolder {
  readonly path: string;
  /** By name without `.arrow`. */
  readonly tables: Readonly<Record<string, ResultTable>>;
  readonly summary: readonly SummaryRow[];
  /** summary.json; null where the folder has none. */
  readonly document: SummaryDocument | null;
}

export function parseTable(bytes: Uint8Array): ResultTable {
  const table = tableFromIPC(bytes);
  const columns: Record<string, ArrayLike<number> | ArrayLike<string>> = {};
  const units: Record<string, string> = {};
  for (const field of table.schema.fields) {
    columns[field.name] = valuesOf(table.getChild(field.name)!);
    units[field.name] = field.metadata.get('unit') ?? '';
  }
  return { length: table.numRows, columns, units, metadata: Object.fromEntries(table.schema.metadata) };
}

function valuesOf(vector: Vector): ArrayLike<number> | ArrayLike<string> {
  const values = vector.toArray() as ArrayLike<number> | ArrayLike<string>;
  if (vector.nullCount === 0 || !(values instanceof Float64Array)) return values;
  return Float64Array.from(values, (value, row) => (vector.isValid(row) ? value : Number.NaN));
}

/** Rows of a summary table; NaN is null again. */
export function summaryRows(table: ResultTable): SummaryRow[] {
  const { metric, cohort, unit, value, n, lo, hi } = table.columns as Record<string, ArrayLike<never>>;
  const orNull = (number: number) => (Number.isNaN(number) ? null : number);
  return Array.from({ length: table.length }, (_, row) => ({
    metric: metric[row],
    cohort: cohort[row],
    unit: unit[row],
    value: orNull(value[row]),
    n: n[row],
    lo: orNull(lo[row]),
    hi: orNull(hi[row]),
  }));
}

/** Throws where the folder cannot be read, or has no summary table. */
export function readRunFolder(path: string): RunFolder {
  const files = readdirSync(path).sort();
  const tables: Record<string, ResultTable> = {};
  for (const file of files.filter((name) => name.endsWith('.arrow'))) {
    try {
      tables[file.slice(0, -'.arrow'.length)] = parseTable(readFileSync(join(path, file)));
    } catch (cause) {
      throw new Error(`${join(path, file)} is not a whole Arrow file; run the scenario again to write it anew.`, {
        cause,
      });
    }
  }
  if (tables.summary === undefined) {
    throw new Error(
      `${path} holds no summary.arrow, so it is not a finished run; expected a folder under reports/runs.`,
    );
  }
  const document = files.includes('summary.json')
    ? (JSON.parse(readFileSync(join(path, 'summary.json'), 'utf8')) as SummaryDocument)
    : null;
  return { path, tables, summary: summaryRows(tables.summary), document };
}
