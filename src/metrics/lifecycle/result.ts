/** What a cell's lifecycle recorded, as it crosses threads, and of a run: all cells added in cell order. */
import { Histogram, type PackedHistograms } from '../histogram.ts';
import { mergeSampled } from '../sample.ts';
import {
  LIFECYCLE_COUNTER_AT,
  LIFECYCLE_HISTOGRAMS,
  LIFECYCLE_SERIES,
  LIFECYCLE_SERIES_AT,
  LINEAGE_FIELDS,
  type LifecycleCounter,
  type LifecycleHistogram,
} from './layout.ts';

export interface CellLifecycle {
  counters: Float64Array;
  /** buckets × LIFECYCLE_SERIES. */
  series: Float64Array;
  histograms: PackedHistograms;
  /** Revisions begun; one in `every` stands in `rows` (× LINEAGE_FIELDS), each with the hash of its number. */
  revisions: number;
  every: number;
  rows: Float64Array;
  keys: Uint32Array;
}

export interface RunLifecycle {
  counters: Float64Array;
  /** Gauges are sums over cells of their means over the bucket's samples. */
  series: Float64Array;
  histograms: Histogram[];
  revisions: number;
  every: number;
  /** Of the sampled revisions: their cell, and rows × LINEAGE_FIELDS. */
  cells: Int32Array;
  rows: Float64Array;
}

/** Typed arrays of a cell's part, for moving them between threads. */
export const lifecycleArrays = (part: CellLifecycle): ArrayBufferView[] =>
  [part, part.histograms].flatMap((value) => Object.values(value).filter((field) => ArrayBuffer.isView(field)));

const MS = 1e-6;

/** @param most revisions of the run's sample at most */
export function mergeLifecycles(cells: readonly CellLifecycle[], most: number): RunLifecycle {
  const counters = new Float64Array(cells[0].counters.length);
  const series = new Float64Array(cells[0].series.length);
  for (const cell of cells) {
    for (let i = 0; i < counters.length; i++) counters[i] += cell.counters[i];
    addSeries(series, cell.series);
  }
  return {
    counters,
    series,
    histograms: LIFECYCLE_HISTOGRAMS.map((_, slot) =>
      Histogram.merge(
        cells.map((cell) => Histogram.of(cell.histograms, slot, MS)),
        MS,
      ),
    ),
    revisions: cells.reduce((sum, cell) => sum + cell.revisions, 0),
    ...mergeSampled(cells, most, LINEAGE_FIELDS.length),
  };
}

function addSeries(sum: Float64Array, cell: Float64Array): void {
  const stride = LIFECYCLE_SERIES.length;
  const firstGauge = LIFECYCLE_SERIES_AT.gpu_entries;
  for (let row = 0; row < sum.length; row += stride) {
    const samples = cell[row + LIFECYCLE_SERIES_AT.samples];
    for (let column = 0; column < firstGauge; column++) sum[row + column] += cell[row + column];
    if (samples === 0) continue;
    for (let column = firstGauge; column < stride; column++) sum[row + column] += cell[row + column] / samples;
  }
}

export const lifecycleCount = (run: RunLifecycle, name: LifecycleCounter): number =>
  run.counters[LIFECYCLE_COUNTER_AT[name]];

export const lifecycleHistogram = (run: RunLifecycle, name: LifecycleHistogram): Histogram =>
  run.histograms[LIFECYCLE_HISTOGRAMS.indexOf(name)];
