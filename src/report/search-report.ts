/**
 * What a search (a knee, a plan, what a headline rests on, interference) leaves beside its result: the text it printed and what its
 * figures are drawn from. Kept as report.json, so that `report` and `figure` draw it again without simulating.
 */
import { basename, resolve } from 'node:path';
import { damaged, readDocument } from '../metrics/result-files.ts';
import type { Block } from './blocks.ts';
import type { Inputs, Scope } from './figures/figure.ts';
import type { FigureId } from './figures/index.ts';
import type { Setting, Tile, Verdict } from './headline.ts';

export const SEARCH_REPORT = 'report.json';
export const SEARCH_REPORT_VERSION = 2;

/** Kinds of searches, and what a page calls them. */
export const SEARCHES = {
  knee: 'knee',
  plan: 'plan',
  sensitivity: 'what a headline rests on',
  interference: 'interference',
} as const;
export type SearchKind = keyof typeof SEARCHES;

/** One figure and its input; a search has no run of its own to draw. */
export type SearchFigure = {
  [S in Exclude<Scope, 'run'>]: { readonly scope: S; readonly id: FigureId; readonly input: Inputs[S] };
}[Exclude<Scope, 'run'>];

export interface SearchReport {
  readonly schema_version: typeof SEARCH_REPORT_VERSION;
  readonly kind: SearchKind;
  readonly name: string;
  readonly description: string;
  /** Of everything that decides the result; missing in what an earlier version wrote. */
  readonly hash?: string;
  /** Scenario and, where it is not whole, the part that was simulated; stands beside every figure. */
  readonly source: string;
  /** Reproduces the search. */
  readonly command: string;
  /** The result as it is printed into a pipe. */
  readonly text: string;
  /** What was looked at, in parts, its tables as tables: what `verdict` does not say already. */
  readonly blocks: readonly Block[];
  /** What was found: stands first on the page. Null where nothing can be said. */
  readonly verdict: Verdict | null;
  readonly tiles: readonly Tile[];
  /** What was asked, in a few words each. */
  readonly setting: Setting;
  /** What all of its simulations took for granted. */
  readonly assumptions: readonly string[];
  readonly figures: readonly SearchFigure[];
}

/** What figures say they are drawn from: "knee smoke 22d858, 1/8 of the system"; the hash is in the folder's name too. */
export function searchSource({ kind, name, source, hash }: SearchReport, folder: string): string {
  const [, named = ''] = /-([0-9a-f]{10})$/.exec(basename(resolve(folder))) ?? [];
  const short = (hash ?? named).slice(0, 6);
  const rest = source.startsWith(name) ? source.slice(name.length) : `, ${source}`;
  return `${kind} ${name}${short === '' ? '' : ` ${short}`}${rest}`;
}

/** Throws ResultsError where the file is damaged or of another version. */
export function readSearchReport(folder: string): SearchReport {
  const report = readDocument<SearchReport>(folder, SEARCH_REPORT, ['schema_version', 'kind', 'name', 'figures']);
  if (report.schema_version !== SEARCH_REPORT_VERSION)
    throw damaged(folder, SEARCH_REPORT, 'is of another version of mint-bench');
  return report;
}
