/** What a comparison says: one line a metric with its verdict, and one verdict over all. Printed as table, JSON and Markdown. */
import type { Divergence } from './divergence.ts';
import type { Difference } from './scenario-diff.ts';

/**
 * `equal`: the same to the last bit. `changed`: not the same, of a metric that has no better and no worse. `no change`: any difference
 * lies within the margin. `within noise`: it may be larger, but the samples do not show it. `undecided`: there are too few of them to show
 * it, or what they show may be a drift of the machine. `not comparable`: nothing can be said, however many there are. The last two say
 * `why`.
 */
export const VERDICTS = [
  'equal',
  'changed',
  'improved',
  'regressed',
  'no change',
  'within noise',
  'undecided',
  'not comparable',
] as const;
export type Verdict = (typeof VERDICTS)[number];

export type Better = 'higher' | 'lower' | 'neither';

export interface Line {
  /** Metric of the catalog, kernel shape, or benchmark. */
  name: string;
  /** Which setting of a sweep, where several are compared: `adapter.rank=8`. */
  setting?: string;
  unit: string;
  better: Better;
  base: number | null;
  new: number | null;
  /**
   * new over base − 1; for shares (unit `fraction`) new − base. Of a few pairs of positive values the geometric mean of their factors, − 1.
   * Null where a side has no value.
   */
  change: number | null;
  /** 95% interval of `change`, where one can be given. */
  lo: number | null;
  hi: number | null;
  /** After Holm's correction over all lines; null where nothing was tested. */
  p: number | null;
  /** Pairs, or samples of the smaller side. */
  n: number;
  verdict: Verdict;
  why?: string;
}

export interface SideInfo {
  label: string;
  /** "run", "3 replications", "baseline", "kernel run", "scenario", "checkout". */
  kind: string;
  path: string;
}

/** Of a side, however much more it holds. */
export const infoOf = ({ label, kind, path }: SideInfo): SideInfo => ({ label, kind, path });

/** What two runs of one scenario and seed have in common, to the last bit. */
export interface Exactness {
  equal: boolean;
  /** False where a side has metrics alone: simulated for the comparison, or a point of a sweep. */
  whole: boolean;
  /** Values of metrics, cohorts included, that differ, of how many. */
  metricsChanged: number;
  metrics: number;
  /** Names of tables that differ, with their columns; empty where the tables of a side were not kept. */
  tables: { table: string; columns: string[] }[];
}

export interface Comparison {
  provenance: 'simulated' | 'measured';
  base: SideInfo;
  new: SideInfo;
  /** `exact`: one scenario, seed by seed. `paired`: different systems under the same draws. `samples`: repeated measurements. */
  method: 'exact' | 'paired' | 'samples';
  /** Differences smaller than this do not matter: relative; for shares a quarter of it, absolute. */
  margin: number;
  /** Family-wise level of the verdicts `improved` and `regressed`. */
  alpha: number;
  verdict: Verdict;
  lines: Line[];
  /** Where the scenarios differ; null where there are none. */
  differences: Difference[] | null;
  exact: Exactness | null;
  /** Where the first pair of runs that differs parts; null where none does, or a side kept no tables. */
  divergence: Divergence | null;
  notes: string[];
}

export const ALPHA = 0.05;

/** For shares a quarter of the margin, in absolute terms: 2% are half a percentage point. */
export const marginFor = (unit: string, margin: number): number => (unit === 'fraction' ? margin / 4 : margin);

/** The change of a value in the terms of `Line.change`; a base of 0 is taken as the new value's size. */
export function changeOf(unit: string, base: number, next: number): number {
  if (unit === 'fraction') return next - base;
  const scale = Math.abs(base) || Math.abs(next) || 1;
  return (next - base) / scale;
}

export const direction = (better: Better, change: number): 'improved' | 'regressed' | 'changed' =>
  better === 'neither' ? 'changed' : change > 0 === (better === 'higher') ? 'improved' : 'regressed';

/** One verdict over all lines: the worst that is certain comes first. */
export function overall(lines: readonly Line[], exact: Exactness | null): Verdict {
  const some = (verdict: Verdict) => lines.some((line) => line.verdict === verdict);
  if (some('regressed')) return 'regressed';
  if (exact?.equal === true) return 'equal';
  if (some('improved')) return 'improved';
  if (lines.length === 0 || lines.every((line) => line.verdict === 'not comparable')) return 'not comparable';
  if (exact !== null) return 'changed';
  if (some('undecided')) return 'undecided';
  if (some('within noise') || some('not comparable')) return 'within noise';
  return some('changed') ? 'changed' : lines.every((line) => line.verdict === 'equal') ? 'equal' : 'no change';
}

const OPEN: readonly Verdict[] = ['within noise', 'undecided', 'not comparable'];

/** Whether the comparison leaves something open that more samples, or accepting a change, would settle. */
export function isInconclusive({ lines, verdict, exact }: Comparison): boolean {
  if (verdict === 'changed' && exact !== null) return true;
  return lines.some((line) => OPEN.includes(line.verdict));
}
