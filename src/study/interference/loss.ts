/**
 * What requests lose to one another, a request: their end-to-end time less what the same requests take alone, divided into
 * the parts of metrics/tables/cohorts.ts, which add up to the whole. Effects of mechanisms are differences of these under the
 * same draws; where switching all off changes more or less than the sum of each, the rest is their interaction.
 */
import { LEAST_FOR_INTERVAL, meanInterval } from '../../metrics/statistics/resampling.ts';
import { type SummaryRow, summaryValue } from '../../metrics/summary.ts';

/** Parts of the time lost, then tails. */
export const PARTS = ['queue_ms', 'adapter_wait_ms', 'batching_ms'] as const;
export const MEASURES = ['lost_ms', ...PARTS, 'ttft_ms_p99', 'tpot_ms_p99', 'slowdown_p99'] as const;
export type Part = (typeof PARTS)[number];
export type Measure = (typeof MEASURES)[number];

/** One replication: null where no request has a value. */
export type Measured = Readonly<Record<Measure, number | null>>;

export interface Losses {
  measured: Measured;
  /** Mean time alone in this very run. It differs from the reference's where a mechanism slows even a lone request. */
  alone_ms: number;
  finished: number;
}

/** Mean end-to-end time alone of a cohort's finished requests, ms; null where none finished. */
export const aloneOf = (rows: readonly SummaryRow[], cohort: string): number | null =>
  summaryValue(rows, 'alone_ms_mean', cohort) ?? null;

/**
 * @param reference time alone against which time counts as lost, ms: the same for all variants of a scenario
 * @returns null where no request of the cohort finished
 */
export function lossesOf(rows: readonly SummaryRow[], cohort: string, reference: number): Losses | null {
  const mean = (metric: string) => rows.find((row) => row.metric === `${metric}_ms_mean` && row.cohort === cohort);
  const [whole, alone, queue, wait] = ['e2el', 'alone', 'queue', 'adapter_wait'].map(mean);
  if (whole?.value == null || alone?.value == null || queue?.value == null || wait?.value == null) return null;
  // Means add up only over the same requests.
  if (alone.n !== whole.n || queue.n !== whole.n || wait.n !== whole.n) {
    throw new RangeError(
      `parts of request time are means over ${[alone.n, queue.n, wait.n].join(', ')} requests, the whole over ${whole.n}`,
    );
  }
  const lost = whole.value - reference;
  const value = (metric: string) => summaryValue(rows, metric, cohort) ?? null;
  return {
    measured: {
      lost_ms: lost,
      queue_ms: queue.value,
      adapter_wait_ms: wait.value,
      batching_ms: lost - queue.value - wait.value,
      ttft_ms_p99: value('ttft_ms_p99'),
      tpot_ms_p99: value('tpot_ms_p99'),
      slowdown_p99: value('slowdown_p99'),
    },
    alone_ms: alone.value,
    finished: whole.n,
  };
}

/** A mean over replications, with its paired interval from three on. */
export interface Estimate {
  value: number;
  lo: number | null;
  hi: number | null;
}
export type Estimates = Readonly<Record<Measure, Estimate | null>>;

/** By measure, over replications; a measure that some replication lacks has no estimate. */
export function estimates(replications: readonly (Measured | null)[]): Estimates {
  return byMeasure((measure) => {
    const values = replications.map((one) => one?.[measure] ?? null);
    const whole = values.filter((value) => value !== null);
    if (whole.length === 0 || whole.length < values.length) return null;
    const interval = whole.length < LEAST_FOR_INTERVAL ? null : meanInterval(whole);
    return {
      value: whole.reduce((a, b) => a + b, 0) / whole.length,
      lo: interval?.lo ?? null,
      hi: interval?.hi ?? null,
    };
  });
}

export function byMeasure<T>(of: (measure: Measure) => T): Record<Measure, T> {
  return Object.fromEntries(MEASURES.map((measure) => [measure, of(measure)])) as Record<Measure, T>;
}

/** What a mechanism adds: with it, less without it. */
export function difference(on: Measured | null, off: Measured | null): Measured | null {
  if (on === null || off === null) return null;
  return byMeasure((measure) => minus(on[measure], off[measure]));
}

/** Effect of all together less the sum of each alone: what mechanisms do only with one another. */
export function residual(together: Measured | null, singles: readonly (Measured | null)[]): Measured | null {
  if (together === null || singles.some((one) => one === null)) return null;
  return byMeasure((measure) =>
    singles.reduce<number | null>((rest, one) => minus(rest, (one as Measured)[measure]), together[measure]),
  );
}

const minus = (a: number | null, b: number | null): number | null => (a === null || b === null ? null : a - b);
