/** A finished run as comparisons read it: its metrics at once, its tables when they are asked for. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { parseTable, type ResultTable, summaryRows } from '../../metrics/run-folder.ts';
import type { SummaryRow } from '../../metrics/summary.ts';
import { readManifest } from '../../run/run-folder.ts';
import { UserError } from '../../scenario/errors.ts';
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
}

/** Column → digest, by table. */
export type Digests = Readonly<Record<string, Readonly<Record<string, string>>>>;

export const DIGESTS_FILE = 'digests.json';
export const isRunFolder = (folder: string): boolean => existsSync(join(folder, 'summary.arrow'));

export function readStoredRun(folder: string): StoredRun {
  const manifest = readManifest(folder);
  if (manifest === null)
    throw new UserError(`${folder} is not a finished run: its manifest.json is missing or says so`);
  const table = tableOf(folder, 'summary');
  const scenario = parse(readText(folder, 'scenario.resolved.yaml')) as Scenario;
  return {
    folder,
    scenario,
    seed: manifest.identity.seed,
    runHash: manifest.identity.run_hash,
    rows: summaryRows(table!),
    platform: { node_major: manifest.identity.node_major, arch: manifest.identity.arch },
  };
}

/** Null where the folder does not have the table. */
export function tableOf(folder: string, name: string): ResultTable | null {
  const path = join(folder, `${name}.arrow`);
  if (!existsSync(path)) return null;
  try {
    return parseTable(readFileSync(path));
  } catch {
    throw new UserError(`${path} is not a whole Arrow file; run the scenario again to write it anew`);
  }
}

/** Digests of every column of every table: those that a baseline kept, else computed from the tables. */
export function digestsOf(folder: string): Digests {
  const kept = join(folder, DIGESTS_FILE);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, 'utf8')) as Digests;
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

function readText(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch {
    throw new UserError(`${folder} has no readable ${name}; run the scenario again to write it anew`);
  }
}
