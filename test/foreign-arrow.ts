/**
 * Arrow files through readers that share no code with the writer: flechette (JavaScript) in every test run, and polars (Rust) where
 * somebody installed it (npm install --no-save nodejs-polars; at 100 MB it is no dependency).
 */
import { tableFromIPC } from '@uwdata/flechette';

export interface ForeignTable {
  rows: number;
  columns: string[];
  metadata: Record<string, string>;
  /** One value a row; null where it is missing. */
  column(name: string): unknown[];
  records(): Record<string, unknown>[];
}

export function openArrow(bytes: Uint8Array): ForeignTable {
  const table = tableFromIPC(bytes);
  return {
    rows: table.numRows,
    columns: table.names as string[],
    metadata: Object.fromEntries(table.schema.metadata ?? []),
    column: (name) => Array.from(table.getChild(name).toArray() as ArrayLike<unknown>),
    records: () => table.toArray() as Record<string, unknown>[],
  };
}

interface Polars {
  readIPC(bytes: Buffer): {
    height: number;
    columns: string[];
    getColumn(name: string): { toArray(): unknown[] };
  };
}

/** Not known to the type checker: it may be absent. */
const POLARS: string = 'nodejs-polars';

/** null where polars is not installed. */
export const polars: Polars | null = await import(POLARS).then(
  (module: { default: Polars }) => module.default,
  () => null,
);
