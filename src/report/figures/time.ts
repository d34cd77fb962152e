/**
 * Figures over simulated time: the series reduced to at most ROWS points, and an axis that is labelled in hours, minutes or
 * seconds as the run's length asks.
 */
import type { Spec } from '../render.ts';
import { type NumberColumn, numbers, type Table } from '../run-data.ts';
import type { Row } from './figure.ts';

/** Points of a series in a figure: more would be closer than a pixel at a column's width. */
const ROWS = 160;

/** Share of the buckets in which requests arrive, from which on the rest is a drain and not the run. */
const SERVED = 0.9;

/** How neighbouring buckets become one: counts add up, levels average, percentiles take their middle. */
type Merge = 'sum' | 'mean' | 'median';

export interface TimeSeries {
  /** Start of each merged bucket, s. */
  readonly t: Float64Array;
  /** How long each merged bucket is, s; the last may be shorter. */
  readonly seconds: Float64Array;
  readonly length: number;
  column(name: string, merge: Merge): Float64Array;
}

/**
 * The run's time series with neighbouring buckets merged until it fits a figure. NaN (no sample) is left out of merges. The
 * drain after the last arrival is left out, unless it is a good part of the run (a burst): there it is the run.
 *
 * @param most points; fewer where a figure has many series
 */
export function timeSeries(table: Table, duration: number, most: number = ROWS): TimeSeries {
  const start = numbers(table, 't_s');
  const lengths = numbers(table, 'length_s');
  const arriving = Array.from(start).filter((t) => t < duration).length;
  const rows = arriving >= SERVED * table.length ? arriving : table.length;
  const group = Math.max(1, Math.ceil(rows / most));
  const length = Math.ceil(rows / group);
  return {
    t: Float64Array.from({ length }, (_, i) => start[i * group]),
    seconds: Float64Array.from({ length }, (_, i) =>
      merged(lengths, i * group, Math.min(rows, (i + 1) * group), 'sum'),
    ),
    length,
    column(name, merge) {
      const source = numbers(table, name);
      return Float64Array.from({ length }, (_, i) => merged(source, i * group, Math.min(rows, (i + 1) * group), merge));
    },
  };
}

function merged(source: NumberColumn, from: number, to: number, merge: Merge): number {
  const values: number[] = [];
  for (let i = from; i < to; i++) if (!Number.isNaN(source[i])) values.push(source[i]);
  if (values.length === 0) return merge === 'sum' ? 0 : Number.NaN;
  if (merge === 'median') return values.sort((a, b) => a - b)[values.length >> 1];
  const sum = values.reduce((total, value) => total + value, 0);
  return merge === 'sum' ? sum : sum / values.length;
}

/** NaN → null: JSON and Vega have no NaN, and a line breaks at null. */
export const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

const STEPS = [
  1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 14_400, 21_600, 43_200, 86_400, 172_800,
  604_800,
];

/** The x encoding of a time in seconds, `length` seconds from 0, with about `count` labels. */
export function timeAxis(length: number, count: number, title: boolean = true): Spec {
  const step = STEPS.find((s) => length / s <= count) ?? STEPS[STEPS.length - 1];
  const [unit, name] =
    step >= 86_400 ? [86_400, 'd'] : step >= 1800 ? [3600, 'h'] : step >= 60 ? [60, 'min'] : [1, 's'];
  const values: number[] = [];
  for (let t = 0; t <= length * (1 + 1e-9); t += step) values.push(t);
  return {
    field: 't_s',
    type: 'quantitative',
    scale: { domain: [0, length], nice: false },
    axis: {
      values,
      labelExpr: `format(datum.value / ${unit}, '~g') + ' ${name}'`,
      title: title ? 'simulated time' : null,
    },
  };
}

/** End of the last interval in the rows, s. */
export function endTime(rows: readonly Row[]): number {
  const times = [...new Set(rows.map((row) => Number(row.t_s)))].sort((a, b) => a - b);
  const last = times.at(-1) ?? 0;
  return times.length > 1 ? last + (times[1] - times[0]) : last + 1;
}
