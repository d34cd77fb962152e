/** Verdicts on a scenario's thresholds: the same in the terminal, in summary.json and in CI. */
import type { Threshold } from '../scenario/scenario.ts';
import { metricNamed } from './catalog/index.ts';
import { type SummaryRow, summaryValue } from './summary.ts';

export interface Verdict {
  metric: string;
  op: Threshold['op'];
  /** The bound in the scenario. */
  value: number;
  /** What the run gave; null where the sample was empty, which fails every threshold. */
  actual: number | null;
  ok: boolean;
  severity: Threshold['severity'];
}

const HOLDS: Record<Threshold['op'], (actual: number, bound: number) => boolean> = {
  '<': (actual, bound) => actual < bound,
  '<=': (actual, bound) => actual <= bound,
  '>': (actual, bound) => actual > bound,
  '>=': (actual, bound) => actual >= bound,
  '==': (actual, bound) => actual === bound,
  '!=': (actual, bound) => actual !== bound,
};

/** Thresholds speak of the whole run (cohort `all`). Throws on a metric that the catalog does not have. */
export function evaluateThresholds(thresholds: readonly Threshold[], rows: readonly SummaryRow[]): Verdict[] {
  return thresholds.map(({ metric, op, value, severity }) => {
    // A metric that does not apply to the run (of revisions, where there are none) has no value.
    const actual = summaryValue(rows, metric) ?? null;
    if (actual === null && metricNamed(metric) === undefined) {
      throw new RangeError(
        `The threshold '${metric} ${op} ${value}' names no metric; 'mint-bench list metrics' has them.`,
      );
    }
    return { metric, op, value, actual, ok: actual !== null && HOLDS[op](actual, value), severity };
  });
}

/** True where no threshold of severity `fail` is broken. */
export const passed = (verdicts: readonly Verdict[]): boolean =>
  verdicts.every((verdict) => verdict.ok || verdict.severity === 'warn');
