/** A table's bytes back as plain columns. */
import type { Vector } from 'apache-arrow';
import { readArrowFile } from '../../scenario/arrow-file.ts';
import type { SummaryRow } from '../summary.ts';

export interface ResultTable {
  readonly length: number;
  /** Numbers as a typed array where the column has no nulls; null as NaN; names as strings. */
  readonly columns: Readonly<Record<string, ArrayLike<number> | ArrayLike<string>>>;
  readonly units: Readonly<Record<string, string>>;
  /** Provenance, run hash and what else the table says about itself. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Throws an Error where the bytes are not a whole Arrow file. */
export function parseTable(bytes: Uint8Array): ResultTable {
  const table = readArrowFile(bytes);
  const columns: Record<string, ArrayLike<number> | ArrayLike<string>> = {};
  const units: Record<string, string> = {};
  for (const field of table.schema.fields) {
    const values = valuesOf(table.getChild(field.name)!);
    if (values.length !== table.numRows) throw new Error(`the column ${field.name} is not whole`);
    columns[field.name] = values;
    units[field.name] = field.metadata.get('unit') ?? '';
  }
  return { length: table.numRows, columns, units, metadata: Object.fromEntries(table.schema.metadata) };
}

function valuesOf(vector: Vector): ArrayLike<number> | ArrayLike<string> {
  const values = vector.toArray() as ArrayLike<number> | ArrayLike<string>;
  if (vector.nullCount === 0 || !(values instanceof Float64Array)) return values;
  return Float64Array.from(values, (value, row) => (vector.isValid(row) ? value : Number.NaN));
}

export const SUMMARY_COLUMNS = ['metric', 'cohort', 'unit', 'value', 'n', 'lo', 'hi'] as const;

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
