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
const OUTPUT_TOKENS = SERIES_AT.output_tokens;
const FIRST_GAUGE = SERIES_AT[`gauge_${GAUGES[0]}`];

/** 32 buckets an octave (1.6 % at the midpoint): fine bucket numbers without their last 3 bits. */
const COARSE_SHIFT = 3;
export const COARSE_BUCKETS = ((BUCKETS - 2) >> COARSE_SHIFT) + 2;
export const coarseOf = (bucket: number): number => (bucket === 0 ? 0 : ((bucket - 1) >> COARSE_SHIFT) + 1);
const PIECE = 3;
/** The fine bucket that a coarse bucket starts with. */
export const fineOf = (coarse: number): number => (coarse === 0 ? 0 : ((coarse - 1) << COARSE_SHIFT) + 1);

export interface CellSeries {
  bucketNs: number;
  /** Number of rows in use. */
  buckets: number;
  /** buckets × STRIDE. */
  rows: Float64Array;
  /** Pieces of histograms, latency by latency: (bucket, first coarse bucket, length), and how many each latency has. */
  pieces: Int32Array;
  piecesOf: Int32Array;
  /** The counts of all pieces, one after the other. */
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
  private readonly latencies = SERIES_HISTOGRAMS.map(() => new LatencySeries());

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

  /** Whether [fromNs, toNs] lies inside the current bucket. */
  covers(fromNs: number, toNs: number): boolean {
    return fromNs >= this.startNs && toNs < this.endNs;
  }

  /** Adds latencies at times[0 … n), given as fine buckets (negative: none). `latency` indexes SERIES_HISTOGRAMS. */
  sample(latency: number, times: Float64Array, fineBuckets: Int32Array, n: number): void {
    const series = this.latencies[latency];
    for (let i = 0; i < n; i++) {
      if (fineBuckets[i] < 0) continue;
      this.at(times[i]);
      series.add(this.row / STRIDE, coarseOf(fineBuckets[i]));
    }
  }

  /** Work of a run of steps that ended at `endNs`: its tokens and its ticks by part, spread evenly over its time. */
  work(totalTicks: number, parts: Float64Array, partsAt: number, tokens: number, endNs: number): void {
    const fromNs = endNs - totalTicks / TICKS_PER_NS;
    if (this.covers(fromNs, endNs)) {
      const rows = this.rows;
      const at = this.row;
      for (let p = 0; p < PARTS; p++) rows[at + FIRST_PART + p] += parts[partsAt + p];
      rows[at + OUTPUT_TOKENS] += tokens;
    } else {
      this.spreadWork(Math.max(0, fromNs), endNs, parts, partsAt, tokens);
    }
  }

  private spreadWork(fromNs: number, endNs: number, parts: Float64Array, partsAt: number, tokens: number): void {
    this.at(endNs);
    let bucket = this.bucketOf(fromNs);
    const lastBucket = Math.max(bucket, Math.ceil(endNs / this.bucketNs) - 1);
    let assigned = 0;
    for (; bucket <= lastBucket; bucket++) {
      const covered = bucket === lastBucket ? 1 : ((bucket + 1) * this.bucketNs - fromNs) / (endNs - fromNs);
      const tokensBy = Math.round(tokens * covered);
      const overlap = Math.min(endNs, (bucket + 1) * this.bucketNs) - Math.max(fromNs, bucket * this.bucketNs);
      const share = endNs > fromNs ? overlap / (endNs - fromNs) : 1;
      const at = bucket * STRIDE;
      for (let p = 0; p < PARTS; p++) this.rows[at + FIRST_PART + p] += parts[partsAt + p] * share;
      this.rows[at + OUTPUT_TOKENS] += tokensBy - assigned;
      assigned = tokensBy;
    }
  }

  /** The gauges held `values` over [fromNs, toNs]. */
  hold(values: Float64Array, fromNs: number, toNs: number): void {
    if (fromNs < this.startNs || toNs > this.endNs) {
      this.at(toNs);
      for (let from = fromNs; from < toNs; ) {
        const bucket = this.bucketOf(from);
        const to = Math.min(toNs, (bucket + 1) * this.bucketNs);
        const at = bucket * STRIDE + FIRST_GAUGE;
        for (let g = 0; g < GAUGES.length; g++) this.rows[at + g] += values[g] * (to - from);
        from = to;
      }
      return;
    }
    const at = this.row + FIRST_GAUGE;
    const held = toNs - fromNs;
    for (let g = 0; g < GAUGES.length; g++) this.rows[at + g] += values[g] * held;
  }

  pack(): CellSeries {
    for (const latency of this.latencies) latency.flush();
    const pieces = this.latencies.map((latency) => latency.pieces.slice(0, latency.pieceCount * PIECE));
    return {
      bucketNs: this.bucketNs,
      buckets: this.used,
      rows: this.rows.slice(0, this.used * STRIDE),
      pieces: concatenated(pieces, Int32Array),
      piecesOf: Int32Array.from(this.latencies, (latency) => latency.pieceCount),
      pieceCounts: concatenated(
        this.latencies.map((latency) => latency.counts.subarray(0, latency.countsUsed)),
        Uint32Array,
      ),
    };
  }

  private bucketOf(ns: number): number {
    return Math.floor(ns / this.bucketNs);
  }

  private seek(nowNs: number): void {
    while (nowNs >= this.capacity * this.bucketNs) this.coarsen();
    const bucket = this.bucketOf(nowNs);
    if (bucket >= this.used) this.used = bucket + 1;
    this.startNs = bucket * this.bucketNs;
    this.endNs = this.startNs + this.bucketNs;
    this.row = bucket * STRIDE;
  }

  private coarsen(): void {
    coarsenRows(this.rows, this.used);
    for (const latency of this.latencies) latency.coarsen();
    this.used = (this.used + 1) >> 1;
    this.bucketNs *= 2;
  }
}

/** The coarse histograms of one latency: the current bucket's is dense, those before it are kept as pieces. */
class LatencySeries {
  pieces = new Int32Array(PIECE * 1024);
  pieceCount = 0;
  counts = new Uint32Array(1 << 14);
  countsUsed = 0;
  private readonly scratch = new Uint32Array(COARSE_BUCKETS);
  private bucket = 0;
  private low = COARSE_BUCKETS;
  private high = -1;

  add(bucket: number, coarse: number): void {
    if (bucket !== this.bucket) {
      this.flush();
      this.bucket = bucket;
    }
    this.scratch[coarse]++;
    if (coarse < this.low) this.low = coarse;
    if (coarse > this.high) this.high = coarse;
  }

  /** Moves the current bucket's counts out of the dense area. */
  flush(): void {
    const first = this.low;
    const length = this.high - first + 1;
    if (length <= 0) return;
    if ((this.pieceCount + 1) * PIECE > this.pieces.length) this.pieces = grown(this.pieces, this.pieces.length * 2);
    while (this.countsUsed + length > this.counts.length) this.counts = grown(this.counts, this.counts.length * 2);
    this.counts.set(this.scratch.subarray(first, first + length), this.countsUsed);
    const at = PIECE * this.pieceCount++;
    this.pieces[at] = this.bucket;
    this.pieces[at + 1] = first;
    this.pieces[at + 2] = length;
    this.countsUsed += length;
    this.scratch.fill(0, first, first + length);
    this.low = COARSE_BUCKETS;
    this.high = -1;
  }

  /** Time buckets 2i and 2i + 1 become bucket i. */
  coarsen(): void {
    this.flush();
    this.bucket >>= 1;
    for (let piece = 0; piece < this.pieceCount; piece++) this.pieces[piece * PIECE] >>= 1;
  }
}

function concatenated<T extends Int32Array | Uint32Array>(parts: T[], type: new (length: number) => T): T {
  const whole = new type(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
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
    let piece = 0;
    let at = 0;
    for (let latency = 0; latency < SERIES_HISTOGRAMS.length; latency++) {
      for (const end = piece + cell.piecesOf[latency]; piece < end; piece++) {
        const [bucket, first, length] = cell.pieces.subarray(piece * PIECE, (piece + 1) * PIECE);
        const to = (latency * buckets + (bucket >> shift)) * COARSE_BUCKETS + first;
        for (let k = 0; k < length; k++) latencies[to + k] += cell.pieceCounts[at + k];
        at += length;
      }
    }
  });
  return { bucketNs, buckets, rows, latencies };
}
