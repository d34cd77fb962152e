/**
 * What a report carries of its run so that a reader can ask further: tables as plain JSON inside the page. The same JSON is read
 * back when another report is opened beside it (read-file.ts), so its shape is versioned and nothing in it is trusted.
 */
import type { Row } from '../../figures/figure.ts';

export const RUN_JSON_VERSION = 1;

/** Id of the element that holds it. */
export const RUN_DATA = 'run-data';

export interface Metric {
  readonly metric: string;
  readonly cohort: string;
  readonly unit: string;
  readonly value: number | null;
  readonly n: number;
  readonly lo: number | null;
  readonly hi: number | null;
}

/** Values and the share of the sample below each, ascending. */
export interface Distribution {
  readonly metric: string;
  readonly cohort: string;
  readonly values: readonly number[];
  readonly below: readonly number[];
}

export interface RunJson {
  readonly version: typeof RUN_JSON_VERSION;
  readonly name: string;
  readonly hash: string;
  readonly command: string;
  /** Seconds of simulated time in which requests arrive. */
  readonly duration_s: number;
  readonly cohorts: readonly string[];
  readonly metrics: readonly Metric[];
  /** Columns of timeseries.arrow. */
  readonly series: Readonly<Record<string, readonly (number | null)[]>>;
  readonly distributions: readonly Distribution[];
  /** Columns of cohorts.arrow, one value a cohort. */
  readonly counters: Readonly<Record<string, readonly number[]>>;
  /** Rows of every figure of the page. */
  readonly figures: Readonly<Record<string, readonly Row[]>>;
}

/** Unit of a column, which stands in its name. */
export function unitOf(column: string): string {
  if (/_ms(_p\d+)?$/.test(column)) return 'ms';
  if (/_s$/.test(column)) return 's';
  if (/bytes/.test(column)) return 'B';
  return /^slowdown/.test(column) ? 'ratio' : 'count';
}
