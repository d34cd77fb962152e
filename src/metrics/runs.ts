/**
 * Runs of steps of one cell's replicas, taken in rows and digested a batch at a time: pooled inter-token gaps, busy time of each
 * replica, step time by part.
 */
import { COST_PARTS, TICKS_PER_NS } from '../sim/cost/step-cost.ts';
import { BATCH } from './finished.ts';
import { addExact, LIMB, RampHistogram } from './histogram.ts';
import { SERIES_AT } from './layout.ts';
import type { SeriesRecorder } from './series.ts';

const PARTS = COST_PARTS.length;
const FIRST_PART = 6;
const FIRST_PART_COLUMN = SERIES_AT.part_base;
const TOKENS_COLUMN = SERIES_AT.output_tokens;
/** Fields of a row: replica, steps, requests, first and growth in ticks, end in ns, then ticks by part. */
export const RUN_ROW = FIRST_PART + PARTS;

export class StepRuns {
  /** Rows waiting to be digested. */
  readonly rows = new Float64Array(BATCH * RUN_ROW);
  count = 0;
  steps = 0;
  readonly itl = new RampHistogram();
  /** Two-limb sums of ticks (histogram.ts). */
  readonly partLo = new Float64Array(PARTS);
  readonly partHi = new Float64Array(PARTS);
  readonly busyLo: Float64Array;
  readonly busyHi: Float64Array;
  private readonly ticks = new Float64Array(BATCH);
  private readonly warmupNs: number;
  private readonly series: SeriesRecorder;

  constructor(replicas: number, warmupNs: number, series: SeriesRecorder) {
    this.warmupNs = warmupNs;
    this.series = series;
    this.busyLo = new Float64Array(replicas);
    this.busyHi = new Float64Array(replicas);
  }

  digest(): void {
    const { rows, series, itl, ticks } = this;
    const n = this.count;
    this.count = 0;
    let fromNs = Number.POSITIVE_INFINITY;
    let toNs = 0;
    let tokens = 0;
    for (let i = 0, at = 0; i < n; i++, at += RUN_ROW) {
      const steps = rows[at + 1];
      const requests = rows[at + 2];
      const first = rows[at + 3];
      const growth = rows[at + 4];
      const endNs = rows[at + 5];
      ticks[i] = steps * first + (growth * steps * (steps - 1)) / 2;
      this.steps += steps;
      addExact(this.busyLo, this.busyHi, rows[at] | 0, ticks[i]);
      if (requests > 0 && endNs >= this.warmupNs) itl.add(first, growth, steps, requests);
      fromNs = Math.min(fromNs, endNs - ticks[i] / TICKS_PER_NS);
      toNs = Math.max(toNs, endNs);
      tokens += steps * requests;
    }
    // Nearly always the whole batch lies in the current bucket: its sums by part are then formed once for both uses.
    const together = n > 0 && series.covers(fromNs, toNs);
    for (let p = 0; p < PARTS; p++) {
      const sum = this.addPart(p, n);
      if (together) series.rows[series.row + FIRST_PART_COLUMN + p] += sum;
    }
    if (together) {
      series.rows[series.row + TOKENS_COLUMN] += tokens;
    } else {
      for (let i = 0, at = 0; i < n; i++, at += RUN_ROW) {
        series.work(ticks[i], rows, at + FIRST_PART, rows[at + 1] * rows[at + 2], rows[at + 5]);
      }
    }
  }

  /** Adds column `p` of the first `n` rows to its exact sum, and returns the column's sum. */
  private addPart(p: number, n: number): number {
    const rows = this.rows;
    const end = n * RUN_ROW;
    let exact = this.partLo[p];
    let carries = 0;
    let sum = 0;
    for (let at = FIRST_PART + p; at < end; at += RUN_ROW) {
      sum += rows[at];
      exact += rows[at];
      if (exact >= LIMB) {
        exact -= LIMB;
        carries++;
      }
    }
    this.partLo[p] = exact;
    this.partHi[p] += carries;
    return sum;
  }
}
