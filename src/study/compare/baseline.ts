/**
 * Named baselines: what a comparison needs of a run, small enough for git. Metrics, resolved scenario, digests of events and of every
 * column of every table; not the tables.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFolder } from '../../metrics/write-files.ts';
import { readManifest } from '../../run/run-folder.ts';
import { UserError } from '../../scenario/errors.ts';
import { DIGESTS_FILE, digestsOf, isRunFolder, readStoredRun, type StoredRun } from './stored-run.ts';

export const BASELINES = join('reports', 'baselines');

/** As they are in the run folder. */
const COPIED = ['summary.json', 'summary.arrow', 'events.arrow', 'scenario.resolved.yaml'];

export interface Baseline {
  name: string;
  folder: string;
  runs: StoredRun[];
}

/**
 * Replaces a baseline of that name as a whole. Several runs are replications, each in a folder by its number.
 * @returns the baseline's folder
 */
export function saveBaseline(runs: readonly string[], name: string, baselines: string = BASELINES): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) {
    throw new UserError(`${JSON.stringify(name)} cannot name a baseline: letters, digits, '.', '_' and '-'`);
  }
  const folder = join(baselines, name);
  replaceFolder(folder, (partial) => {
    for (const [i, run] of runs.entries())
      saveRun(run, runs.length === 1 ? partial : join(partial, String(i).padStart(3, '0')));
  });
  return folder;
}

function saveRun(run: string, target: string): void {
  const manifest = readManifest(run);
  if (manifest === null)
    throw new UserError(`${run} is not a finished run; mint-bench run prints where it keeps its results`);
  mkdirSync(target, { recursive: true });
  for (const file of COPIED) {
    if (!existsSync(join(run, file)))
      throw new UserError(`${run} has no ${file}; run the scenario again to write it anew`);
    copyFileSync(join(run, file), join(target, file));
  }
  writeFileSync(join(target, DIGESTS_FILE), `${JSON.stringify(digestsOf(run), null, 1)}\n`);
  // Without times and machine: a baseline that is saved again and did not change leaves no trace in version control.
  const { status, tool, identity, command } = manifest;
  writeFileSync(join(target, 'manifest.json'), `${JSON.stringify({ status, tool, identity, command }, null, 2)}\n`);
}

export function baselineNames(baselines: string = BASELINES): string[] {
  if (!existsSync(baselines)) return [];
  return readdirSync(baselines, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/\.(partial|old)-\d+$/.test(entry.name))
    .map((entry) => entry.name)
    .sort();
}

/** All baselines that can be read. */
export function listBaselines(baselines: string = BASELINES): Baseline[] {
  return baselineNames(baselines).flatMap((name) => {
    const folder = join(baselines, name);
    const runs = isRunFolder(folder)
      ? [folder]
      : readdirSync(folder)
          .map((inside) => join(folder, inside))
          .filter(isRunFolder);
    return runs.length === 0 ? [] : [{ name, folder, runs: runs.sort().map(readStoredRun) }];
  });
}

/** The command that made a stored run, as its manifest has it. */
export function commandOf(folder: string): string {
  return (JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8')) as { command: string }).command;
}
