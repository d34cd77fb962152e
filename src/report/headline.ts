/** What stands first on every page: what was found, why, and a few numbers. Runs, sweeps and searches fill it; html/headline.ts draws it. */
export interface Verdict {
  readonly outcome: 'pass' | 'fail' | 'none';
  /** A word for it; '' for none. */
  readonly word: string;
  readonly sentence: string;
  /** What it rests on, each with its measurements. */
  readonly because: readonly Reason[];
  readonly thresholds: readonly ThresholdRow[];
  /** The command that checks it, where that is another than the one that found it. */
  readonly check: string | null;
}

export interface Reason {
  readonly text: string;
  readonly evidence: readonly string[];
}

export interface ThresholdRow {
  readonly metric: string;
  readonly status: 'pass' | 'warn' | 'fail';
  readonly measured: string;
  /** "< 2 s" */
  readonly bound: string;
}

export interface Tile {
  readonly label: string;
  readonly value: string;
  /** A second number or the basis, small. */
  readonly note: string;
}

export type Setting = readonly (readonly [label: string, value: string])[];
