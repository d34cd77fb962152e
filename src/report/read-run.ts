/** A finished run's folder → what figures and reports read. */
import { readDocument, readResolved } from '../metrics/result-files.ts';
import { readRunFolder } from '../metrics/run-folder.ts';
import { type MemorySplit, type RunTables, TABLES, type Table, type TableName } from './run-data.ts';

export interface StoredRun {
  readonly tables: RunTables;
  /** scenario.resolved.yaml as it stands. */
  readonly scenarioYaml: string;
}

const EMPTY: Table = { length: 0, columns: {} };

/**
 * Throws ResultsError where a file of the folder cannot be used.
 * @param memory the engine's memory plan for the scenario, which no table holds; null leaves its figure out
 */
export function readRun(folder: string, memory: MemorySplit | null): StoredRun {
  const run = readRunFolder(folder);
  const hash = run.tables.summary.metadata.run_hash;
  const { scenario, text } = readResolved(folder, hash);
  const manifest = readDocument<Record<string, unknown>>(folder, 'manifest.json', ['command']);
  const named = Object.fromEntries(TABLES.map((name) => [name, run.tables[name] ?? EMPTY])) as unknown as Record<
    TableName,
    Table
  >;
  return {
    tables: { ...named, manifest, hash: hash ?? '', scenario, summary: run.summary, memory },
    scenarioYaml: text,
  };
}
