/** `run --history`: one line a run in a file, with the commit that it was made at. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { HISTORY_SCHEMA_VERSION, type HistoryLine, historyMetrics } from '../metrics/history.ts';
import { changesIn } from '../report/changes.ts';
import type { RunOutcome } from '../run/run.ts';
import { HEADLINE } from '../study/compare/judge.ts';

export const HISTORY_FILE = join('reports', 'history.jsonl');

/** What `--history` was given: a file, the usual one where it has no value, undefined where it was not given. */
export const historyFile = (given: unknown): string | undefined =>
  given === undefined ? undefined : given === '' || given === true ? HISTORY_FILE : String(given);

export function appendHistory(file: string, outcome: RunOutcome): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(historyLine(outcome))}\n`);
}

function historyLine({ document, manifest, passed }: RunOutcome): HistoryLine {
  const { identity, harness, machine, tool } = manifest;
  return {
    schema_version: HISTORY_SCHEMA_VERSION,
    date: harness?.finished ?? manifest.started,
    ...revision(),
    version: tool.version,
    scenario: document.scenario,
    set: changesIn(manifest.command),
    run_hash: document.run_hash,
    seed: document.seed,
    node_major: identity.node_major,
    arch: identity.arch,
    passed,
    metrics: historyMetrics(document, HEADLINE),
    harness:
      harness === null
        ? null
        : {
            requests_per_s: Math.round(harness.requests_per_s),
            wall_s: Math.round(harness.wall_s * 1000) / 1000,
            machine: `${machine.cpu}, ${machine.cores} cores, ${harness.workers} ${harness.workers === 1 ? 'worker' : 'workers'}`,
          },
  };
}

/** GitHub's variable first: its checkout of a pull request is a merge that no one else has. */
function revision(): Pick<HistoryLine, 'commit' | 'dirty'> {
  const git = (...args: string[]) =>
    execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    const commit = process.env.GITHUB_SHA || git('rev-parse', 'HEAD');
    return { commit, dirty: git('status', '--porcelain', '--untracked-files=no') !== '' };
  } catch {
    return { commit: process.env.GITHUB_SHA || null, dirty: false };
  }
}
