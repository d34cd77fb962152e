/** A finished run as comparisons read it: its metrics at once, its tables when they are asked for. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readDocument, readResolved, readTable } from '../../metrics/result-files.ts';
import { type ResultTable, summaryRows } from '../../metrics/run-folder.ts';
import type { SummaryRow } from '../../metrics/summary.ts';
import type { SummaryDocument } from '../../metrics/summary-json.ts';
import type { Manifest } from '../../run/run-folder.ts';
import type { Scenario } from '../../scenario/scenario.ts';

export interface StoredRun {
  /** Run folder or baseline; null for a run that was simulated for this comparison and has only its metrics. */
  folder: string | null;
  scenario: Scenario;
  seed: string;
  runHash: string;
  rows: readonly SummaryRow[];
  /** What, beside scenario and code, decides the bits. */
  platform: { node_major: number; arch: string };
  /** Of the mint-bench that made it; missing where nothing says. */
  version?: string;
}

/** Column → digest, by table. */
export type Digests = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const DIGESTS_FILE = 'digests.json';
export const isRunFolder = (folder: string): boolean => existsSync(join(folder, 'summary.arrow'));

/** Throws ResultsError where a file of the folder cannot be used. */
export function readStoredRun(folder: string): StoredRun {
  const { identity, tool } = readDocument<Manifest>(folder, 'manifest.json', ['status', 'tool', 'identity']);
  const table = readTable(folder, 'summary');
  const { scenario } = readResolved(folder, table.metadata.run_hash);
  if (existsSync(join(folder, 'summary.json'))) readDocument<SummaryDocument>(folder, 'summary.json', ['metrics']);
  return {
    folder,
    scenario,
    seed: identity.seed,
    runHash: identity.run_hash,
    rows: summaryRows(table),
    platform: { node_major: identity.node_major, arch: identity.arch },
    version: tool.version,
  };
}

/** Null where the folder does not have the table. */
export function tableOf(folder: string, name: string): ResultTable | null {
  return existsSync(join(folder, `${name}.arrow`)) ? readTable(folder, name) : null;
}

/** Digests of every column of every table: those that a baseline kept, else computed from the tables. */
export function digestsOf(folder: string): Digests {
  if (existsSync(join(folder, DIGESTS_FILE))) return readDocument<Digests>(folder, DIGESTS_FILE, []);
  const names = readdirSync(folder).filter((file) => file.endsWith('.arrow'));
  return Object.fromEntries(
    names.sort().map((file) => {
      const { columns } = tableOf(folder, file.slice(0, -'.arrow'.length))!;
      return [
        file.slice(0, -'.arrow'.length),
        Object.fromEntries(Object.entries(columns).map(([column, values]) => [column, digest(values)])),
      ];
    }),
  );
}

/** 64 bits of SHA-256 over the values: names joined, numbers as their bytes. */
function digest(values: ArrayLike<number> | ArrayLike<string>): string {
  const hash = createHash('sha256');
  if (ArrayBuffer.isView(values)) hash.update(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
  else hash.update(Array.from(values as ArrayLike<string>).join('\n'));
  return hash.digest('hex').slice(0, 16);
}
