/**
 * The result of one cell as it crosses threads, and of a run: all cells added in cell order.
 *
 * Counts, sums of integer ns and ticks, minima and maxima merge exactly, whatever the grouping. The few fractional sums
 * (gauge integrals, time-series shares of long runs of steps) are added in cell order, so any number of workers gives the same
 * bits.
 */
import { COST_PARTS } from '../sim/cost/step-cost.ts';
import type { Gauge } from '../sim/recorder.ts';
import { addExact, Histogram, limbs, type PackedHistograms } from './histogram.ts';
import {
  CELL_HISTOGRAM_AT,
  COHORT_HISTOGRAM_AT,
  COHORT_HISTOGRAMS,
  COUNTER_AT,
  COUNTERS,
  type Counter,
  GAUGE_AT,
  type HistogramName,
  scaleOf,
  TOTAL_AT,
  type Total,
} from './layout.ts';
import { MOST_REVISIONS } from './lifecycle/recorder.ts';
import { type CellLifecycle, lifecycleArrays, mergeLifecycles, type RunLifecycle } from './lifecycle/result.ts';
import { type CellSample, mergeSamples, type RunSample } from './sample.ts';
import { type CellSeries, mergeSeries, type RunSeries } from './series.ts';
import type { CellTrail } from './trail.ts';
import { UserRecords } from './users.ts';

export interface CellResult {
  cohorts: number;
  users: number;
  durationNs: number;
  warmupNs: number;
  /** Time of the last recorded event, the drain included. */
  endNs: number;
  /** Infinity where nothing arrived. */
  firstArrivalNs: number;
  lastFinishNs: number;
  latencies: PackedHistograms;
  itl: PackedHistograms;
  /** cohorts × COUNTERS. */
  counters: Float64Array;
  totals: Float64Array;
  /** Ticks of step time by COST_PARTS, and busy ticks by replica: two-limb sums (histogram.ts). */
  partLo: Float64Array;
  partHi: Float64Array;
  busyLo: Float64Array;
  busyHi: Float64Array;
  /** Inside [warm-up, duration): value · ns, and the largest value that was held for any time. */
  gaugeIntegral: Float64Array;
  gaugePeak: Float64Array;
  series: CellSeries;
  sample: CellSample;
  /** 16 bytes a user (users.ts). */
  userBytes: ArrayBuffer;
  trail: CellTrail;
  /** Null where adapters have one revision. */
  lifecycle: CellLifecycle | null;
}

/** The buffers to move rather than copy when a cell's result is posted to another thread. */
export function transferables(result: CellResult): ArrayBuffer[] {
  const arrays: ArrayBufferView[] = [];
  for (const part of [result, result.latencies, result.itl, result.series, result.sample, result.trail]) {
    for (const value of Object.values(part)) if (ArrayBuffer.isView(value)) arrays.push(value);
  }
  if (result.lifecycle !== null) arrays.push(...lifecycleArrays(result.lifecycle));
  return [...new Set([...arrays.map((array) => array.buffer as ArrayBuffer), result.userBytes])];
}

export interface RunResult {
  cohorts: number;
  cells: number;
  durationNs: number;
  warmupNs: number;
  endNs: number;
  firstArrivalNs: number;
  lastFinishNs: number;
  /** By cohort, then by COHORT_HISTOGRAMS. */
  cohortHistograms: Histogram[][];
  /** By CELL_HISTOGRAMS. */
  cellHistograms: Histogram[];
  itl: Histogram;
  counters: Float64Array;
  totals: Float64Array;
  partLo: Float64Array;
  partHi: Float64Array;
  /** Busy ticks of every replica, cell by cell. */
  busyTicks: Float64Array;
  gaugeIntegral: Float64Array;
  /** Sum of the cells' peaks: the peak itself in one cell, an upper bound of it in more. */
  gaugePeak: Float64Array;
  series: RunSeries;
  sample: RunSample;
  users: UserRecords[];
  /** By cell. */
  trails: CellTrail[];
  /** Null where adapters have one revision. */
  lifecycle: RunLifecycle | null;
}

/** Adds the results of all cells. `cells` in cell order. */
export function mergeCells(cells: readonly CellResult[]): RunResult {
  if (cells.length === 0) throw new RangeError('mergeCells got no cells; expected the results of at least one.');
  const { cohorts, durationNs, warmupNs } = cells[0];
  for (const cell of cells) {
    if (cell.cohorts !== cohorts || cell.durationNs !== durationNs || cell.warmupNs !== warmupNs) {
      throw new RangeError('mergeCells got cells of different scenarios: cohorts, duration and warm-up must agree.');
    }
  }
  const merged = (pick: (cell: CellResult) => PackedHistograms, slot: number, name: HistogramName): Histogram =>
    Histogram.merge(
      cells.map((cell) => Histogram.of(pick(cell), slot, scaleOf(name))),
      scaleOf(name),
    );
  const latencies = (cell: CellResult) => cell.latencies;
  const partLo = new Float64Array(COST_PARTS.length);
  const partHi = new Float64Array(COST_PARTS.length);
  for (const cell of cells) {
    for (let p = 0; p < COST_PARTS.length; p++) {
      addExact(partLo, partHi, p, cell.partLo[p]);
      partHi[p] += cell.partHi[p];
    }
  }
  return {
    cohorts,
    cells: cells.length,
    durationNs,
    warmupNs,
    endNs: Math.max(...cells.map((cell) => cell.endNs)),
    firstArrivalNs: Math.min(...cells.map((cell) => cell.firstArrivalNs)),
    lastFinishNs: Math.max(...cells.map((cell) => cell.lastFinishNs)),
    cohortHistograms: Array.from({ length: cohorts }, (_, cohort) =>
      COHORT_HISTOGRAMS.map((name, at) => merged(latencies, cohort * COHORT_HISTOGRAMS.length + at, name)),
    ),
    cellHistograms: (Object.keys(CELL_HISTOGRAM_AT) as (keyof typeof CELL_HISTOGRAM_AT)[]).map((name, at) =>
      merged(latencies, cohorts * COHORT_HISTOGRAMS.length + at, name),
    ),
    itl: merged((cell) => cell.itl, 0, 'itl'),
    counters: added(cells.map((cell) => cell.counters)),
    totals: added(cells.map((cell) => cell.totals)),
    partLo,
    partHi,
    busyTicks: Float64Array.from(
      cells.flatMap((cell) => Array.from(cell.busyLo, (_, replica) => limbs(cell.busyLo, cell.busyHi, replica))),
    ),
    gaugeIntegral: added(cells.map((cell) => cell.gaugeIntegral)),
    gaugePeak: added(cells.map((cell) => cell.gaugePeak)),
    series: mergeSeries(cells.map((cell) => cell.series)),
    sample: mergeSamples(cells.map((cell) => cell.sample)),
    users: cells.map((cell) => new UserRecords(cell.userBytes)),
    trails: cells.map((cell) => cell.trail),
    lifecycle:
      cells[0].lifecycle === null
        ? null
        : mergeLifecycles(
            cells.map((cell) => cell.lifecycle!),
            MOST_REVISIONS,
          ),
  };
}

function added(arrays: readonly Float64Array[]): Float64Array {
  const sum = new Float64Array(arrays[0].length);
  for (const array of arrays) for (let i = 0; i < sum.length; i++) sum[i] += array[i];
  return sum;
}

/** A cohort by number, or all of them together. */
export type Scope = number | 'all';

/** The histogram of a name; null where it is kept for the whole run only and one cohort is asked for. */
export function histogramOf(run: RunResult, name: HistogramName, scope: Scope = 'all'): Histogram | null {
  if (name === 'itl') return scope === 'all' ? run.itl : null;
  if (name in CELL_HISTOGRAM_AT) {
    return scope === 'all' ? run.cellHistograms[CELL_HISTOGRAM_AT[name as keyof typeof CELL_HISTOGRAM_AT]] : null;
  }
  const at = COHORT_HISTOGRAM_AT[name as keyof typeof COHORT_HISTOGRAM_AT];
  if (scope !== 'all') return run.cohortHistograms[scope][at];
  return Histogram.merge(
    run.cohortHistograms.map((histograms) => histograms[at]),
    scaleOf(name),
  );
}

/** A counter of one cohort, or its sum over cohorts. */
export function counterOf(run: RunResult, name: Counter, scope: Scope = 'all'): number {
  if (scope !== 'all') return run.counters[scope * COUNTERS.length + COUNTER_AT[name]];
  let sum = 0;
  for (let cohort = 0; cohort < run.cohorts; cohort++) sum += counterOf(run, name, cohort);
  return sum;
}

export const totalOf = (run: RunResult, name: Total): number => run.totals[TOTAL_AT[name]];

/** Length of the measurement window [warm-up, duration), seconds. */
export const windowSeconds = (run: RunResult): number => Math.max(0, run.durationNs - run.warmupNs) / 1e9;

/** Time-weighted mean of a gauge over the measurement window, all cells together; null where the window is empty. */
export function gaugeMean(run: RunResult, gauge: Gauge): number | null {
  const ns = run.durationNs - run.warmupNs;
  return ns > 0 ? run.gaugeIntegral[GAUGE_AT[gauge]] / ns : null;
}

export const gaugePeak = (run: RunResult, gauge: Gauge): number => run.gaugePeak[GAUGE_AT[gauge]];

/** Seconds of step time in each of COST_PARTS, all replicas together. */
export const partTicks = (run: RunResult): number[] => COST_PARTS.map((_, p) => limbs(run.partLo, run.partHi, p));
