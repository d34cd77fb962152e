/**
 * The time series of one cell: fixed buckets of simulated time, one row of numbers each (layout.ts SERIES), and a coarse
 * histogram of three latencies for each bucket.
 *
 * Work between calls goes to the bucket of the latest call, found without a division. When time passes the last row (a drain
 * much longer than the run, a burst), neighbouring buckets are merged and the bucket length doubles, so memory is constant and
 * nothing is cut off; merging cells brings all of them to the coarsest length.
 */
import { COST_PARTS, TICKS_PER_NS } from '../sim/cost/step-cost.ts';
import { GAUGES } from '../sim/recorder.ts';
import { BUCKETS } from './histogram.ts';
import { SERIES, SERIES_AT, SERIES_HISTOGRAMS } from './layout.ts';

export const STRIDE = SERIES.length;
const PARTS = COST_PARTS.length;
const FIRST_PART = SERIES_AT.part_base;
const FIRST_GAUGE = SERIES_AT[`gauge_${GAUGES[0]}`];

/** 32 buckets an octave (1.6 % at the midpoint): fine bucket numbers without their last 3 bits. */
const COARSE_SHIFT = 3;
export const COARSE_BUCKETS = ((BUCKETS - 2) >> COARSE_SHIFT) + 2;
export const coarseOf = (bucket: number): number => (bucket === 0 ? 0 : ((bucket - 1) >> COARSE_SHIFT) + 1);
/** The fine bucket that a coarse bucket starts with. */
export const fineOf = (coarse: number): number => (coarse === 0 ? 0 : ((coarse - 1) << COARSE_SHIFT) + 1);

export interface CellSeries {
  bucketNs: number;
  /** Number of rows in use. */
  buckets: number;
  /** buckets × STRIDE. */
  rows: Float64Array;
  /** Pieces of histograms: (latency, bucket, first coarse bucket, length) quadruples, their counts one after the other. */
  pieces: Int32Array;
  pieceCounts: Uint32Array;
}

export class SeriesRecorder {
  bucketNs: number;
  /** Start of the current bucket's row in `rows`. */
  row = 0;
  readonly rows: Float64Array;
  private readonly capacity: number;
  private startNs = 0;
  private endNs: number;
  private used = 1;

  private readonly scratch = new Uint32Array(SERIES_HISTOGRAMS.length * COARSE_BUCKETS);
  private readonly low = new Int32Array(SERIES_HISTOGRAMS.length).fill(COARSE_BUCKETS);
  private readonly high = new Int32Array(SERIES_HISTOGRAMS.length).fill(-1);
  private pieces = new Int32Array(4 * 1024);
  private pieceCount = 0;
  private counts = new Uint32Array(1 << 14);
  private countsUsed = 0;

  constructor(durationNs: number, bucketNs: number) {
    if (!(bucketNs > 0)) throw new RangeError(`Time-series buckets are ${bucketNs} ns long; expected more than 0.`);
    this.bucketNs = bucketNs;
    this.capacity = 2 * Math.max(1, Math.ceil(durationNs / bucketNs));
    this.endNs = bucketNs;
    this.rows = new Float64Array(this.capacity * STRIDE);
  }

  /** Makes the bucket that holds `nowNs` the current one. */
  at(nowNs: number): void {
    if (nowNs < this.startNs || nowNs >= this.endNs) this.seek(nowNs);
  }

  /** Adds a latency's fine bucket to the current time bucket. `latency` indexes SERIES_HISTOGRAMS. */
  sample(latency: number, fineBucket: number): void {
    const coarse = coarseOf(fineBucket);
    this.scratch[latency * COARSE_BUCKETS + coarse]++;
    if (coarse < this.low[latency]) this.low[latency] = coarse;
    if (coarse > this.high[latency]) this.high[latency] = coarse;
  }

  /** Work of a run of decode steps that ended at `endNs`: its ticks by part, its tokens, spread evenly over its time. */
  work(totalTicks: number, partTicks: Float64Array, tokens: number, endNs: number): void {
    const fromNs = endNs - totalTicks / TICKS_PER_NS;
    if (fromNs >= this.startNs && endNs <= this.endNs) {
      const at = this.row;
      for (let p = 0; p < PARTS; p++) this.rows[at + FIRST_PART + p] += partTicks[p];
      this.rows[at + SERIES_AT.output_tokens] += tokens;
    } else {
      this.spreadWork(Math.max(0, fromNs), endNs, partTicks, tokens);
    }
  }

  private spreadWork(fromNs: number, endNs: number, partTicks: Float64Array, tokens: number): void {
    this.reach(endNs);
    let bucket = this.bucketOf(fromNs);
    const lastBucket = Math.max(bucket, Math.ceil(endNs / this.bucketNs) - 1);
    if (lastBucket >= this.used) this.used = lastBucket + 1;
    let assigned = 0;
    for (; bucket <= lastBucket; bucket++) {
      const covered = bucket === lastBucket ? 1 : ((bucket + 1) * this.bucketNs - fromNs) / (endNs - fromNs);
      const tokensBy = Math.round(tokens * covered);
      const overlap = Math.min(endNs, (bucket + 1) * this.bucketNs) - Math.max(fromNs, bucket * this.bucketNs);
      const share = endNs > fromNs ? overlap / (endNs - fromNs) : 1;
      const at = bucket * STRIDE;
      for (let p = 0; p < PARTS; p++) this.rows[at + FIRST_PART + p] += partTicks[p] * share;
      this.rows[at + SERIES_AT.output_tokens] += tokensBy - assigned;
      assigned = tokensBy;
    }
  }

  /** The gauges held `values` over [fromNs, toNs]. */
  hold(values: Float64Array, fromNs: number, toNs: number): void {
    if (fromNs >= this.startNs && toNs <= this.endNs) {
      const at = this.row + FIRST_GAUGE;
      const held = toNs - fromNs;
      for (let g = 0; g < GAUGES.length; g++) this.rows[at + g] += values[g] * held;
      return;
    }
    this.reach(toNs);
    for (let from = fromNs; from < toNs; ) {
      const bucket = this.bucketOf(from);
      const to = Math.min(toNs, (bucket + 1) * this.bucketNs);
      if (bucket >= this.used) this.used = bucket + 1;
      const at = bucket * STRIDE + FIRST_GAUGE;
      for (let g = 0; g < GAUGES.length; g++) this.rows[at + g] += values[g] * (to - from);
      from = to;
    }
  }

  pack(): CellSeries {
    this.flush();
    return {
      bucketNs: this.bucketNs,
      buckets: this.used,
      rows: this.rows.slice(0, this.used * STRIDE),
      pieces: this.pieces.slice(0, this.pieceCount * 4),
      pieceCounts: this.counts.slice(0, this.countsUsed),
    };
  }

  private bucketOf(ns: number): number {
    return Math.floor(ns / this.bucketNs);
  }

  private seek(nowNs: number): void {
    this.flush();
    this.reach(nowNs);
    const bucket = this.bucketOf(nowNs);
    if (bucket >= this.used) this.used = bucket + 1;
    this.startNs = bucket * this.bucketNs;
    this.endNs = this.startNs + this.bucketNs;
    this.row = bucket * STRIDE;
  }

  /** Doubles the bucket length until `ns` has a row. */
  private reach(ns: number): void {
    while (ns >= this.capacity * this.bucketNs) {
      this.flush();
      coarsenRows(this.rows, this.used);
      for (let piece = 0; piece < this.pieceCount; piece++) this.pieces[piece * 4 + 1] >>= 1;
      this.used = (this.used + 1) >> 1;
      this.bucketNs *= 2;
      const bucket = this.bucketOf(this.startNs);
      this.startNs = bucket * this.bucketNs;
      this.endNs = this.startNs + this.bucketNs;
      this.row = bucket * STRIDE;
    }
  }

  /** Moves the current bucket's latency counts out of the scratch area. */
  private flush(): void {
    const bucket = this.row / STRIDE;
    for (let latency = 0; latency < SERIES_HISTOGRAMS.length; latency++) {
      const first = this.low[latency];
      const length = this.high[latency] - first + 1;
      if (length <= 0) continue;
      if ((this.pieceCount + 1) * 4 > this.pieces.length) this.pieces = grown(this.pieces, this.pieces.length * 2);
      while (this.countsUsed + length > this.counts.length) this.counts = grown(this.counts, this.counts.length * 2);
      const from = latency * COARSE_BUCKETS + first;
      this.counts.set(this.scratch.subarray(from, from + length), this.countsUsed);
      this.pieces.set([latency, bucket, first, length], this.pieceCount * 4);
      this.pieceCount++;
      this.countsUsed += length;
      this.scratch.fill(0, from, from + length);
      this.low[latency] = COARSE_BUCKETS;
      this.high[latency] = -1;
    }
  }
}

function grown<T extends Int32Array | Uint32Array>(array: T, length: number): T {
  const larger = new (array.constructor as new (length: number) => T)(length);
  larger.set(array);
  return larger;
}

/** Adds rows 2i and 2i + 1 into row i, in place. */
export function coarsenRows(rows: Float64Array, used: number): void {
  for (let i = 0; i < used; i++) {
    const to = (i >> 1) * STRIDE;
    for (let c = 0; c < STRIDE; c++) {
      const value = rows[i * STRIDE + c];
      rows[to + c] = (i & 1) === 0 ? value : rows[to + c] + value;
    }
  }
  rows.fill(0, ((used + 1) >> 1) * STRIDE);
}

/** The series of a whole run: rows of all cells added, latency histograms dense: latency × buckets × COARSE_BUCKETS. */
export interface RunSeries {
  bucketNs: number;
  buckets: number;
  rows: Float64Array;
  latencies: Uint32Array;
}

/** Adds the cells' series, all brought to the longest bucket length among them (lengths differ by powers of two). */
export function mergeSeries(cells: readonly CellSeries[]): RunSeries {
  const bucketNs = Math.max(...cells.map((cell) => cell.bucketNs));
  const shifts = cells.map((cell) => Math.round(Math.log2(bucketNs / cell.bucketNs)));
  const buckets = Math.max(...cells.map((cell, i) => ((cell.buckets - 1) >> shifts[i]) + 1));
  const rows = new Float64Array(buckets * STRIDE);
  const latencies = new Uint32Array(SERIES_HISTOGRAMS.length * buckets * COARSE_BUCKETS);
  cells.forEach((cell, i) => {
    const shift = shifts[i];
    for (let bucket = 0; bucket < cell.buckets; bucket++) {
      const to = (bucket >> shift) * STRIDE;
      for (let c = 0; c < STRIDE; c++) rows[to + c] += cell.rows[bucket * STRIDE + c];
    }
    let at = 0;
    for (let piece = 0; piece < cell.pieces.length; piece += 4) {
      const [latency, bucket, first, length] = cell.pieces.subarray(piece, piece + 4);
      const to = (latency * buckets + (bucket >> shift)) * COARSE_BUCKETS + first;
      for (let k = 0; k < length; k++) latencies[to + k] += cell.pieceCounts[at + k];
      at += length;
    }
  });
  return { bucketNs, buckets, rows, latencies };
}
