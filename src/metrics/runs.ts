/**
 * Runs of steps of one cell's replicas, taken in rows and digested a batch at a time: pooled inter-token gaps, busy time of each
 * replica, step time by part.
 */
import { COST_PARTS } from '../sim/cost/step-cost.ts';
import { BATCH } from './finished.ts';
import { addExact, LIMB, RampHistogram } from './histogram.ts';
import type { SeriesRecorder } from './series.ts';

const PARTS = COST_PARTS.length;
const FIRST_PART = 6;
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
  private readonly warmupNs: number;
  private readonly series: SeriesRecorder;

  constructor(replicas: number, warmupNs: number, series: SeriesRecorder) {
    this.warmupNs = warmupNs;
    this.series = series;
    this.busyLo = new Float64Array(replicas);
    this.busyHi = new Float64Array(replicas);
  }

  digest(): void {
    const { rows, series, itl } = this;
    const end = this.count * RUN_ROW;
    this.count = 0;
    for (let at = 0; at < end; at += RUN_ROW) {
      const steps = rows[at + 1];
      const requests = rows[at + 2];
      const first = rows[at + 3];
      const growth = rows[at + 4];
      const endNs = rows[at + 5];
      const ticks = steps * first + (growth * steps * (steps - 1)) / 2;
      this.steps += steps;
      addExact(this.busyLo, this.busyHi, rows[at] | 0, ticks);
      series.work(ticks, rows, at + FIRST_PART, steps * requests, endNs);
      if (requests > 0 && endNs >= this.warmupNs) itl.add(first, growth, steps, requests);
    }
    for (let p = 0; p < PARTS; p++) this.addPart(p, end);
  }

  private addPart(p: number, end: number): void {
    const rows = this.rows;
    let sum = this.partLo[p];
    let carries = 0;
    for (let at = FIRST_PART + p; at < end; at += RUN_ROW) {
      sum += rows[at];
      if (sum >= LIMB) {
        sum -= LIMB;
        carries++;
      }
    }
    this.partLo[p] = sum;
    this.partHi[p] += carries;
  }
}
