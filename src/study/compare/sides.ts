/**
 * What a person may name as a side of a comparison, and what it is: a run folder, a folder of replications, a sweep or some of its
 * settings (`folder@axis=value`), a kernel run or a folder of sessions, a baseline, a scenario file or the name of a shipped one. `label=` before it names the side in the output.
 */
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { readKernelRun } from '../../real/results.ts';
import { UserError } from '../../scenario/errors.ts';
import { suggest } from '../../scenario/findings.ts';
import type { Override } from '../../scenario/load.ts';
import { parsePoint } from '../axes.ts';
import { BASELINES, baselineNames } from './baseline.ts';
import type { KernelSide } from './compare-kernels.ts';
import type { RunsSide } from './compare-runs.ts';
import type { SideInfo } from './comparison.ts';
import { scenarioDifferences } from './scenario-diff.ts';
import { isRunFolder, readStoredRun } from './stored-run.ts';
import { readStudySide, type StudySide } from './study-side.ts';

export interface ScenarioSide extends SideInfo {
  kind: 'scenario';
}

export type Side =
  | ({ is: 'runs' } & RunsSide)
  | ({ is: 'study' } & StudySide)
  | ({ is: 'kernels' } & KernelSide)
  | ({ is: 'scenario' } & ScenarioSide);

export interface Places {
  baselines?: string;
  runs?: string;
  studies?: string;
  /** The file of a shipped scenario of that name, null where there is none. */
  shipped(name: string): string | null;
  /** Told what was taken where a name may mean a baseline or a shipped scenario, and how to name the other. */
  onChoice?(text: string): void;
}

export function readSide(written: string, places: Places): Side {
  const { label, path, picks } = splitSide(written);
  const {
    baselines = BASELINES,
    runs = join('reports', 'runs'),
    studies = join('reports', 'studies'),
    shipped,
    onChoice,
  } = places;
  const candidates = [path, join(baselines, path), join(runs, path), join(studies, path)];
  const found = candidates.find((candidate) => existsSync(candidate));
  if (picks.length > 0 && !existsSync(join(found ?? path, 'study.json')))
    throw new UserError(`${path} is no folder of a sweep, so @${picks[0].path} takes no settings of it`);
  if (found === undefined) {
    const scenario = shipped(path);
    if (scenario !== null) {
      onChoice?.(
        `${path} is taken as the shipped scenario ${shownPath(scenario)}: there is no baseline ${join(baselines, path)} here`,
      );
      return { is: 'scenario', kind: 'scenario', label: label ?? path, path: scenario };
    }
    const near = suggest(path, baselineNames(baselines));
    throw new UserError(
      `${path} is no run folder, baseline, kernel run or scenario${near === undefined ? '' : `; ${near}`}. mint-bench baseline list and list scenarios show names.`,
    );
  }
  const other = found === path ? null : shipped(path);
  if (other !== null)
    onChoice?.(`${path} is taken as ${found}; the shipped scenario of that name is ${shownPath(other)}`);
  if (!statSync(found).isDirectory()) {
    if (found.endsWith('.arrow')) {
      return {
        is: 'kernels',
        kind: 'kernel run',
        label: label ?? found,
        path: found,
        sessions: [readKernelRun(found)],
      };
    }
    return { is: 'scenario', kind: 'scenario', label: label ?? found, path: found };
  }
  if (existsSync(join(found, 'study.json'))) {
    const study = readStudySide(found, label ?? written, picks);
    const [{ runs }, ...others] = study.settings;
    return others.length === 0
      ? { is: 'runs', ...study, kind: `${runs.length} runs of a sweep`, runs }
      : { is: 'study', ...study };
  }
  return readFolder(found, label ?? path, found === join(baselines, path) ? 'baseline' : null);
}

/** From here where that is short, as a person would type it. */
function shownPath(path: string): string {
  const near = relative('.', path);
  return near.startsWith('..') ? path : near;
}

function readFolder(path: string, label: string, kind: string | null): Side {
  if (existsSync(join(path, 'kernel.arrow'))) {
    const sessions = [readKernelRun(join(path, 'kernel.arrow'))];
    return { is: 'kernels', kind: kind ?? 'kernel run', label, path, sessions };
  }
  if (isRunFolder(path)) return { is: 'runs', kind: kind ?? 'run', label, path, runs: [readStoredRun(path)] };
  const inside = readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !/\.(partial|old)-\d+$/.test(entry.name))
    .map((entry) => join(path, entry.name))
    .sort();
  const sessions = inside.filter((folder) => existsSync(join(folder, 'kernel.arrow')));
  const runs = inside.filter(isRunFolder);
  if (sessions.length > 0 && runs.length === 0) {
    const read = sessions.map((folder) => readKernelRun(join(folder, 'kernel.arrow')));
    return { is: 'kernels', kind: kind ?? `${read.length} kernel runs`, label, path, sessions: read };
  }
  if (runs.length === 0)
    throw new UserError(`${path} holds no finished run; mint-bench run prints where it keeps its results`);
  const read = runs.map(readStoredRun);
  const other = read.find(({ scenario }) => scenarioDifferences(read[0].scenario, scenario).length > 0);
  if (other !== undefined) {
    throw new UserError(
      `${path} holds runs of different scenarios, ${read[0].folder} and ${other.folder}; name one of them, or keep the replications of a scenario in a folder of their own (run --out)`,
    );
  }
  return { is: 'runs', kind: kind ?? `${read.length} runs`, label, path, runs: read };
}

/** `label=path@axis=value,axis=value`; a path that exists as it is written has neither label nor axes. */
function splitSide(written: string): { label: string | null; path: string; picks: readonly Override[] } {
  if (existsSync(written)) return { label: null, path: written, picks: [] };
  const [, label, rest] = /^(?:([^=/\\@]+)=)?(.+)$/.exec(written) as RegExpExecArray;
  const at = existsSync(rest) ? -1 : rest.indexOf('@');
  const picks = at < 0 ? [] : parsePoint(rest.slice(at + 1));
  if (picks === null)
    throw new UserError(`${written}: expected axis=value after @, for instance ${rest.slice(0, at)}@adapter.rank=8`);
  return { label: label ?? null, path: at < 0 ? rest : rest.slice(0, at), picks };
}
