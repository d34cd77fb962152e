/** A metric over replications in one cell, and what its marks mean. */
import { RELATIVE_ERROR } from '../metrics/histogram.ts';
import { LEAST_FOR_INTERVAL } from '../metrics/statistics/resampling.ts';
import { besideValue, formatMetric, percent, possible, significant } from './format.ts';
import type { SummaryRow } from './run-data.ts';

/** Quantiles are read off histograms: two in neighbouring buckets cannot be told apart. */
const BUCKET = 2 * RELATIVE_ERROR;

/** Whether all replications agree as far as the histogram shows, so that any width is the histogram's. */
const unresolved = ({ metric, value, lo, hi }: SummaryRow): boolean =>
  value !== null && lo !== null && hi !== null && /_p\d+$/.test(metric) && hi - lo <= BUCKET * value * (1 + BUCKET);

/**
 * "49.6 ±1.2 ms", "9.91% ±5.5 pt", "913 ms [0 ms, 2.17 s]" where the interval leaves what is possible or is a range; "≈49.6 ms" below the
 * resolution; the value alone where all replications agree to the last bit, and "49.6 ms, both" among cells that have a range: without
 * one it would read as the surest of them.
 *
 * @param replications of the study; a row that says how many of them have a value goes by those
 * @param among whether another cell of the column has a range
 */
export function cell(row: SummaryRow | undefined, replications: number, among: boolean = false): string {
  if (row === undefined || row.value === null) return '–';
  const value = formatMetric(row.value, row.unit);
  const counted = row.replications ?? replications;
  if (counted === 1 || row.lo === null || row.hi === null) return value;
  if (unresolved(row)) return `≈${value}`;
  const same = among ? `${value}, ${counted === 2 ? 'both' : `all ${counted}`}` : value;
  if (row.hi === row.lo) return same;
  const bounds = [row.lo, row.hi].map((bound) => possible(bound, row.unit));
  if (counted < LEAST_FOR_INTERVAL || bounds[0] !== row.lo || bounds[1] !== row.hi) {
    const [lo, hi] = bounds.map((bound) => formatMetric(bound, row.unit));
    return lo === value && hi === value ? same : `${value} [${lo}, ${hi}]`;
  }
  // A percentage beside a percentage could be of it: the interval of a share is in points.
  if (row.unit === 'fraction') return `${value} ±${significant(100 * (row.hi - row.value), 2)} pt`;
  return besideValue(row.value, row.hi - row.value, row.unit);
}

/** Whether replications differ. */
export const hasRange = (row: SummaryRow | undefined): boolean =>
  row !== undefined && row.lo !== null && row.hi !== null && row.hi > row.lo;

/** What stands beside values of these rows, in a sentence; '' where nothing does. */
export function intervalNote(rows: readonly SummaryRow[], replications: number): string {
  if (replications === 1) return '';
  // Where some replications have no value the interval is another in each cell.
  const two = replications >= LEAST_FOR_INTERVAL && rows.some((row) => row.replications === 2 && hasRange(row));
  const parts = [
    replications < LEAST_FOR_INTERVAL
      ? `[ ] holds the values of the ${replications} replications, which are too few for an interval (--replications 5)`
      : '± is a 95% interval over replications, [ ] one clipped at what is possible',
    ...(two ? ['[ ] holds the two values where only two replications have one'] : []),
    ...(rows.some(unresolved)
      ? [
          `≈ stands where replications agree within the ${percent(BUCKET, 1)} of the histograms that quantiles are read off`,
        ]
      : []),
  ];
  return parts.join('; ');
}
