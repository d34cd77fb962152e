/**
 * What a metric is: name, unit, definition, direction, and how its value follows from a run. The catalog (index.ts) is the one
 * list of them; the summary, thresholds, comparisons, `explain` and the metric table are all read off it.
 */
import type { RunFacts } from '../facts.ts';
import type { RunResult, Scope } from '../result.ts';

export interface Measured {
  value: number;
  /** How many samples, requests or events the value rests on. */
  n: number;
  /** Ends of a 95 % interval, where one can be given. */
  lo?: number;
  hi?: number;
}

export interface MetricContext {
  run: RunResult;
  facts: RunFacts;
}

export interface Metric {
  /** Unit before statistic: `ttft_ms_p99`. */
  readonly name: string;
  /** What `explain` takes: `ttft_ms` for all statistics of time to first token, else the name itself. */
  readonly group: string;
  readonly unit: string;
  readonly better: 'higher' | 'lower' | 'neither';
  readonly definition: string;
  /** Grows or falls with the requests that are asked for: no merit and no fault between systems under different loads. */
  readonly followsLoad?: true;
  /** Where names collide in the field, or where a reader could be misled. */
  readonly note?: string;
  /** `cohort`: also given for each cohort. */
  readonly scope: 'cohort' | 'run';
  /** Runs that have no such thing leave the metric out; absent: every run has it. */
  applies?(context: MetricContext): boolean;
  /** Null where the sample is empty or the value is undefined. */
  measure(context: MetricContext, scope: Scope): Measured | null;
}

export const followsLoad = (metric: Metric): Metric => ({ ...metric, followsLoad: true });

/** A value where it is defined: null for NaN and infinities, which an empty sample or a zero denominator gives. */
export const measured = (value: number | null, n: number): Measured | null =>
  value !== null && Number.isFinite(value) ? { value, n } : null;

/** part / whole, over `whole` events. */
export const ratio = (part: number, whole: number): Measured | null => measured(part / whole, whole);
