/** Reads the result tables of a run folder back as plain columns: what reports and comparisons work on. */
import { readdirSync } from 'node:fs';
import { damaged, readDocument, readTable } from './result-files.ts';
import type { SummaryRow } from './summary.ts';
import type { SummaryDocument } from './summary-json.ts';
import { type ResultTable, summaryRows } from './tables/parse.ts';

export { parseTable, type ResultTable, summaryRows } from './tables/parse.ts';

export interface RunFolder {
  readonly path: string;
  /** By name without `.arrow`. */
  readonly tables: Readonly<Record<string, ResultTable>>;
  readonly summary: readonly SummaryRow[];
  /** summary.json; null where the folder has none. */
  readonly document: SummaryDocument | null;
}

/** Throws ResultsError where a file of the folder cannot be used. */
export function readRunFolder(path: string): RunFolder {
  const files = readdirSync(path).sort();
  if (!files.includes('summary.arrow'))
    throw damaged(path, 'summary.arrow', 'is not there, so this is no finished run');
  const tables: Record<string, ResultTable> = {};
  for (const file of files.filter((name) => name.endsWith('.arrow'))) {
    const name = file.slice(0, -'.arrow'.length);
    tables[name] = readTable(path, name);
  }
  const document = files.includes('summary.json')
    ? readDocument<SummaryDocument>(path, 'summary.json', ['metrics', 'thresholds'])
    : null;
  return { path, tables, summary: summaryRows(tables.summary), document };
}
