/**
 * What a report of a study says before any figure: what was varied, a row a setting, how to get it again. Terminal, Markdown and HTML
 * print this one structure, so they cannot disagree.
 */
import type { Tile, Verdict } from './headline.ts';
import { cell, intervalNote } from './interval.ts';
import { findSummary, type StudyRun, type SummaryRow } from './run-data.ts';
import { studyHeadline } from './study-headline.ts';

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

/** Shown where nothing is asked for. */
export const HEADLINE: readonly string[] = [
  'ttft_ms_p50',
  'ttft_ms_p99',
  'tpot_ms_p99',
  'slo_attainment',
  'goodput_rps',
  'hit_ratio_gpu',
  'cost_usd_per_user_month',
];

export function studyDigest(study: StudyTables, metrics: readonly string[] = HEADLINE): StudyDigest {
  const { axes, replications, settings } = study;
  const judged = settings.some(({ passed }) => passed < replications);
  return {
    name: study.name,
    description: study.description,
    sentence: sentence(study, metrics),
    ...studyHeadline(study, metrics),
    assumptions: study.assumptions ?? [],
    axes: axes.map(({ path, written }) => [path, [...new Set(written.filter((value) => value !== ''))].join(', ')]),
    header: [...axes.map(({ path }) => path), ...metrics, ...(judged ? ['passed'] : [])],
    rows: settings.map(({ setting, passed, summary }) => [
      ...axes.map(({ written }) => (written[setting] === '' ? '–' : written[setting])),
      ...metrics.map((metric) => cell(findSummary(summary, metric), replications)),
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

/** What figures over several runs read. */
export function studyRuns({ axes, settings }: StudyTables): StudyRun[] {
  return settings.map(({ setting, summary }) => {
    const own = axes.filter(({ values }) => values[setting] !== null);
    return {
      label: own.map(({ path, written }) => `${path}=${written[setting]}`).join(', '),
      params: Object.fromEntries(own.map(({ path, values }) => [path, values[setting] as number | string])),
      written: Object.fromEntries(own.map(({ path, written }) => [path, written[setting]])),
      summary,
    };
  });
}
