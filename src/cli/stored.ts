/**
 * What is named on the command line of figures and tables: `label=path` of run folders, study folders, searches, kernel
 * measurements and figures that were drawn before. A name alone is looked for where the tool keeps its results.
 */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { placeOption } from '../metrics/result-files.ts';
import { readKernelRun, type StoredKernelRun } from '../real/results.ts';
import type { Row } from '../report/figures/figure.ts';
import { readRun } from '../report/read-run.ts';
import type { RunTables } from '../report/run-data.ts';
import { readSearchReport, SEARCH_REPORT, type SearchReport } from '../report/search-report.ts';
import { planMemory } from '../sim/cost/memory.ts';
import { type StudyDocument, settingCount } from '../study/study-document.ts';
import { readPoints, readStudy } from '../study/study-folder.ts';
import { type SettingResult, settingResults } from '../study/tables.ts';
import { UsageError } from './parse.ts';
import { labelsOf } from './run-labels.ts';

export type Stored = { readonly label: string; readonly path: string } & (
  | { readonly kind: 'run'; readonly tables: RunTables }
  | { readonly kind: 'study'; readonly document: StudyDocument; readonly settings: readonly SettingResult[] }
  | { readonly kind: 'kernel'; readonly run: StoredKernelRun }
  | { readonly kind: 'search'; readonly report: SearchReport }
  | { readonly kind: 'drawn'; readonly rows: readonly Row[]; readonly description: string }
);
export type StoredKind = Stored['kind'];

const FOLDERS = ['', join('reports', 'runs'), join('reports', 'studies')];

/**
 * Reads each; labels are those given, else names of scenarios and devices where they differ, else the values in which runs of one
 * scenario do, else names of folders.
 */
export function readStored(written: readonly string[]): Stored[] {
  const found = written.map((argument) => {
    const [, label, path] = /^(?:([^=/\\]+)=)?(.+)$/.exec(argument)!;
    return { label, stored: readOne(locate(path)) };
  });
  const names = found.map(({ stored }) => stored.label);
  const told = found.map(({ label, stored }, i) => {
    if (label !== undefined) return label;
    const alike = found.filter((one) => one.stored.label === names[i]).map((one) => one.stored);
    return alike.length === 1 ? names[i] : (apart(alike)?.[alike.indexOf(stored)] ?? basename(stored.path));
  });
  const twice = told.find((label, i) => told.indexOf(label) !== i);
  if (twice !== undefined)
    throw new UsageError(`two inputs are called ${JSON.stringify(twice)}`, 'name them apart: label=path');
  return found.map(({ stored }, i) => ({ ...stored, label: told[i] }));
}

function apart(alike: readonly Stored[]): string[] | null {
  const runs = alike.flatMap((one) => (one.kind === 'run' ? [one.tables.scenario] : []));
  return runs.length === alike.length ? labelsOf(runs) : null;
}

const MARKS = ['summary.arrow', 'study.json', 'kernel.arrow', SEARCH_REPORT];

function locate(written: string): string {
  for (const folder of FOLDERS) {
    const path = join(folder, written);
    if (path.endsWith('.vl.json') && existsSync(path)) return path;
    if (MARKS.some((mark) => existsSync(join(path, mark)))) return path;
  }
  const there = FOLDERS.map((folder) => join(folder, written)).find((path) => existsSync(path));
  if (there === undefined)
    throw new UsageError(
      `${written} does not exist${isAbsolute(written) ? '' : `, here or in ${FOLDERS.slice(1).join(' or ')}`}`,
      'each command prints where it keeps its results',
    );
  const drawing = statSync(there).isDirectory() ? '' : ', and no .vl.json of a figure';
  throw new UsageError(
    `${there} is no folder of a finished run, sweep, search or kernel measurement${drawing}`,
    'each command prints where it keeps its results; one that was stopped goes on when it is given again',
  );
}

function readOne(path: string): Stored {
  if (path.endsWith('.vl.json')) return readDrawn(path);
  if (existsSync(join(path, 'summary.arrow'))) {
    const { tables } = readRun(path, null);
    return {
      kind: 'run',
      path,
      label: tables.scenario.name,
      tables: { ...tables, memory: planMemory(tables.scenario) },
    };
  }
  if (existsSync(join(path, 'study.json'))) return readSweep(path);
  if (existsSync(join(path, SEARCH_REPORT))) {
    const report = readSearchReport(path);
    return { kind: 'search', path, label: report.name, report };
  }
  const run = readKernelRun(join(path, 'kernel.arrow'));
  return { kind: 'kernel', path, label: run.probe.device, run };
}

function readSweep(path: string): Stored {
  const document = readStudy(path);
  // Versions before this one let replications alone pass for a sweep.
  if (document.axes.length === 0)
    throw new UsageError(`${path} is a sweep without an axis`, 'mint-bench run simulates replications of one setting');
  const points = readPoints(path, document);
  const missing = document.points.length - points.size;
  if (missing > 0)
    throw new UsageError(
      `${path} lacks ${missing} of ${document.points.length} points`,
      `${document.command}${placeOption(path)} goes on where it was stopped`,
    );
  const results = document.points.map((_, index) => points.get(index)!);
  return { kind: 'study', path, label: document.name, document, settings: settingResults(document, results) };
}

function readDrawn(path: string): Stored {
  const spec = jsonOf(path) as { data?: { values?: Row[] }; description?: string } | null;
  if (!Array.isArray(spec?.data?.values))
    throw new UsageError(`${path} holds no rows of its own`, 'take a .vl.json that mint-bench wrote');
  return {
    kind: 'drawn',
    path,
    label: basename(path, '.vl.json'),
    rows: spec.data.values,
    description: spec.description ?? '',
  };
}

/** Null where it is none. */
function jsonOf(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return null;
  }
}

export const settingsOf = (document: StudyDocument): number[] =>
  Array.from({ length: settingCount(document) }, (_, i) => i);
