/** What the reader has chosen, and who wants to hear of a change. */
import type { Row } from '../../figures/figure.ts';
import type { ShownRun } from '../explore/charts.ts';
import { RUN_DATA, type RunJson } from '../explore/run-json.ts';

export const own = JSON.parse(document.getElementById(RUN_DATA)!.textContent ?? '') as RunJson;

export interface OtherFigure {
  readonly label: string;
  readonly id: string;
  readonly rows: readonly Row[];
}

export const state = {
  /** Cohorts shown; `all` is the whole run. */
  cohorts: new Set<string>(['all', ...own.cohorts]),
  /** Runs opened beside this one. */
  others: [] as ShownRun[],
  /** Data of single figures opened beside this page's. */
  figures: [] as OtherFigure[],
};

const OWN_LABEL = `${own.name} ${own.hash.slice(0, 6)}`;

/** This run first. */
export const shownRuns = (): ShownRun[] => [{ label: OWN_LABEL, run: own }, ...state.others];

export const allCohorts = (): string[] => [
  ...new Set(['all', ...own.cohorts, ...state.others.flatMap(({ run }) => run.cohorts)]),
];
export const shownCohorts = (): string[] => allCohorts().filter((cohort) => state.cohorts.has(cohort));
export const filtered = (): boolean => shownCohorts().length < allCohorts().length;

/** A name and a few digits of the hash; a number behind it where that is taken. */
export function labelOf(run: RunJson): string {
  const taken = new Set(shownRuns().map(({ label }) => label));
  const base = `${run.name || 'run'} ${run.hash.slice(0, 6)}`.trim();
  let label = base;
  for (let number = 2; taken.has(label); number++) label = `${base} (${number})`;
  return label;
}

const listeners: (() => void)[] = [];
export const onChange = (listener: () => void): number => listeners.push(listener);
export function changed(): void {
  for (const listener of listeners) listener();
}
