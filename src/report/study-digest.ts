/**
 * What a report of a study says before any figure: what was varied, a row a setting, how to get it again. Terminal, Markdown and HTML
 * print this one structure, so they cannot disagree.
 */
import { formatMetric, possible, significant } from './format.ts';
import { findSummary, type StudyRun, type SummaryRow } from './run-data.ts';

/** A study as its folder holds it (study.json and the aggregate over replications). */
export interface StudyTables {
  readonly name: string;
  readonly description: string;
  readonly hash: string;
  /** Reproduces the study. */
  readonly command: string;
  readonly replications: number;
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
  readonly sentence: string;
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
    sentence: sentence(study),
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

function sentence({ settings, replications }: StudyTables): string {
  const runs = `${settings.length} ${settings.length === 1 ? 'setting' : 'settings'} × ${replications} ${replications === 1 ? 'replication' : 'replications'}`;
  return replications === 1
    ? `${runs}.`
    : `${runs}; ± is a 95% interval over replications, [ ] one clipped at what is possible.`;
}

/** "49.6 ±1.2 ms", "9.91% ±5.5 pt", "913 ms [0 ms, 2.17 s]" where the interval leaves what is possible; without the interval where all replications agree to the last bit. */
export function cell(row: SummaryRow | undefined, replications: number): string {
  if (row === undefined || row.value === null) return '–';
  const value = formatMetric(row.value, row.unit);
  if (replications === 1 || row.hi === null || row.hi === row.value) return value;
  const bounds = [row.lo, row.hi].map((bound) => possible(bound, row.unit));
  if (bounds[0] !== row.lo || bounds[1] !== row.hi) {
    return `${value} [${bounds.map((bound) => formatMetric(bound, row.unit)).join(', ')}]`;
  }
  // A percentage beside a percentage could be of it: the interval of a share is in points.
  if (row.unit === 'fraction') return `${value} ±${significant(100 * (row.hi - row.value), 2)} pt`;
  const half = formatMetric(row.hi - row.value, row.unit, 2);
  const [, number, unit] = /^([^\d]*[\d.,]+)(.*)$/.exec(value) ?? ['', value, ''];
  // One unit for both, where both are shown in it.
  return unit !== '' && half.endsWith(unit) && /^[\d.,]+$/.test(half.slice(0, -unit.length))
    ? `${number} ±${half}`
    : `${value} ±${half}`;
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
