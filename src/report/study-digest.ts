/**
 * What a report of a study says before any figure: what was varied, a row a setting, how to get it again. Terminal, Markdown and HTML
 * print this one structure, so they cannot disagree.
 */
import { fieldValue } from './field-value.ts';
import type { Tile, Verdict } from './headline.ts';
import { cell, hasRange, intervalNote } from './interval.ts';
import { findSummary, type StudyRun, type SummaryRow } from './run-data.ts';
import { studyHeadline } from './study-headline.ts';
import { changedMetrics, idleAxes } from './study-metrics.ts';

/** A study as its folder holds it (study.json and the aggregate over replications). */
export interface StudyTables {
  readonly name: string;
  readonly description: string;
  readonly hash: string;
  /** Reproduces the study. */
  readonly command: string;
  readonly replications: number;
  /** What the simulations of all settings took for granted; missing in what an earlier version wrote. */
  readonly assumptions?: readonly string[];
  /** Values by setting; null where a setting leaves the axis alone. */
  readonly axes: readonly {
    readonly path: string;
    /** Base unit of numbers, `number` or `name`. */
    readonly unit?: string;
    readonly values: readonly (number | string | null)[];
    readonly written: readonly string[];
  }[];
  readonly settings: readonly {
    readonly setting: number;
    /** Replications that break no threshold. */
    readonly passed: number;
    readonly summary: readonly SummaryRow[];
  }[];
}

export interface StudyDigest {
  readonly name: string;
  readonly description: string;
  /** How many runs, and what intervals beside values are. */
  readonly sentence: string;
  /** An axis that changes nothing, in a sentence; usually none. */
  readonly notes: readonly string[];
  readonly verdict: Verdict;
  readonly tiles: readonly Tile[];
  readonly assumptions: readonly string[];
  /** What was varied: path and its values as they were written. */
  readonly axes: readonly (readonly [path: string, values: string])[];
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** The first column that holds numbers. */
  readonly numbersFrom: number;
  readonly reproduce: string;
}

/** @param metrics those that the axes change, where nothing is asked for */
export function studyDigest(
  study: StudyTables,
  metrics: readonly string[] = changedMetrics(study.settings),
): StudyDigest {
  const { axes, replications, settings } = study;
  const notes = idleAxes(study);
  const { verdict, tiles } = studyHeadline(study, metrics);
  const ranged = metrics.map((metric) => settings.some(({ summary }) => hasRange(findSummary(summary, metric))));
  const judged = settings.some(({ passed }) => passed < replications);
  return {
    name: study.name,
    description: study.description,
    sentence: sentence(study, metrics),
    notes,
    verdict: { ...verdict, because: [...verdict.because, ...notes.map((text) => ({ text, evidence: [] }))] },
    tiles,
    assumptions: study.assumptions ?? [],
    axes: axes.map((axis) => [
      axis.path,
      [...new Set(axis.written.map((_, at) => labelAt(axis, at)).filter((value) => value !== ''))].join(', '),
    ]),
    header: [...axes.map(({ path }) => path), ...metrics, ...(judged ? ['passed'] : [])],
    rows: settings.map(({ setting, passed, summary }) => [
      ...axes.map((axis) => labelAt(axis, setting) || '–'),
      ...metrics.map((metric, at) => cell(findSummary(summary, metric), replications, ranged[at])),
      ...(judged ? [`${passed}/${replications}`] : []),
    ]),
    numbersFrom: axes.length,
    reproduce: study.command,
  };
}

function sentence({ settings, replications }: StudyTables, metrics: readonly string[]): string {
  const runs = `${settings.length} ${settings.length === 1 ? 'setting' : 'settings'} × ${replications} ${replications === 1 ? 'replication' : 'replications'}`;
  const shown = settings.flatMap(({ summary }) => metrics.flatMap((metric) => findSummary(summary, metric) ?? []));
  return [runs, intervalNote(shown, replications)]
    .filter((part) => part !== '')
    .join('; ')
    .concat('.');
}

type Axis = StudyTables['axes'][number];
const labelAt = ({ values, written, unit }: Axis, setting: number): string =>
  fieldValue(values[setting], unit, written[setting]);

/** What figures over several runs read. */
export function studyRuns({ axes, settings }: StudyTables): StudyRun[] {
  return settings.map(({ setting, summary }) => {
    const own = axes.filter(({ values }) => values[setting] !== null);
    return {
      label: own.map(({ path, written }) => `${path}=${written[setting]}`).join(', '),
      params: Object.fromEntries(own.map(({ path, values }) => [path, values[setting] as number | string])),
      written: Object.fromEntries(own.map((axis) => [axis.path, labelAt(axis, setting)])),
      summary,
    };
  });
}
