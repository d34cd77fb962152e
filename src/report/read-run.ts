/** A finished run's folder → what figures and reports read. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { readRunFolder } from '../metrics/run-folder.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { type MemorySplit, type RunTables, TABLES, type Table, type TableName } from './run-data.ts';

export interface StoredRun {
  readonly tables: RunTables;
  /** scenario.resolved.yaml as it stands. */
  readonly scenarioYaml: string;
}

const EMPTY: Table = { length: 0, columns: {} };

/** @param memory the engine's memory plan for the scenario, which no table holds; null leaves its figure out */
export function readRun(folder: string, memory: MemorySplit | null): StoredRun {
  const run = readRunFolder(folder);
  const scenarioYaml = readText(folder, 'scenario.resolved.yaml');
  const manifest = JSON.parse(readText(folder, 'manifest.json')) as Record<string, unknown>;
  const named = Object.fromEntries(TABLES.map((name) => [name, run.tables[name] ?? EMPTY])) as unknown as Record<
    TableName,
    Table
  >;
  return {
    tables: {
      ...named,
      manifest,
      hash: run.tables.summary.metadata.run_hash ?? '',
      scenario: parse(scenarioYaml) as Scenario,
      summary: run.summary,
      memory,
    },
    scenarioYaml,
  };
}

function readText(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (cause) {
    throw new Error(
      `${folder} has no readable ${name}, so a report of it cannot be written; run the scenario again to write it anew.`,
      { cause },
    );
  }
}
