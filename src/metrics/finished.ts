/**
 * Finished requests of one cell, taken in rows and digested a batch at a time: in the event loop a request costs a dozen stores;
 * the histograms, counters and per-user sums follow in tight loops over columns.
 *
 * Which requests count: latencies and SLO attainment are of requests that arrived at or after warm-up, counters without prefix
 * are of all.
 */
import type { HistogramBank } from './histogram.ts';
import {
  CELL_HISTOGRAM_AT,
  COHORT_HISTOGRAM_AT,
  COHORT_HISTOGRAMS,
  COUNTER_AT,
  COUNTERS,
  SERIES_AT,
  SERIES_HISTOGRAMS,
  SLOWDOWN_ONE,
} from './layout.ts';
import type { RequestSample } from './sample.ts';
import type { SeriesRecorder } from './series.ts';
import { OUTPUT_WEIGHT, PROMPT_WEIGHT, type UserRecords } from './users.ts';

export const BATCH = 256;
/** Fields of a row: user, adapter, cohort, replica, tier, arrival, first token, end, prompt, output, queue, wait, alone. */
export const ROW = 13;

const C = {
  finished: COUNTER_AT.finished,
  prompt_tokens: COUNTER_AT.prompt_tokens,
  output_tokens: COUNTER_AT.output_tokens,
  window_finished: COUNTER_AT.window_finished,
  window_prompt_tokens: COUNTER_AT.window_prompt_tokens,
  window_output_tokens: COUNTER_AT.window_output_tokens,
  window_slo_met: COUNTER_AT.window_slo_met,
  measured_finished: COUNTER_AT.measured_finished,
  slo_met: COUNTER_AT.slo_met,
  ttft_met: COUNTER_AT.ttft_met,
  tpot_met: COUNTER_AT.tpot_met,
  e2el_met: COUNTER_AT.e2el_met,
  tpot_undefined: COUNTER_AT.tpot_undefined,
};
const S = {
  finished: SERIES_AT.finished,
  prompt_tokens: SERIES_AT.prompt_tokens,
  slo_met: SERIES_AT.slo_met,
};
const COUNTER_STRIDE = COUNTERS.length;
const METRICS = COHORT_HISTOGRAMS.length;
/** Columns that have a time series, by SERIES_HISTOGRAMS index; −1: none. `ttft` is recorded at the first token. */
const SERIES_OF = COHORT_HISTOGRAMS.map((name) => (SERIES_HISTOGRAMS as readonly string[]).indexOf(name));

/** Values to be recorded, a column a metric; the words are the same memory. */
export class Columns {
  readonly values: Float64Array[];
  readonly words: Uint32Array[];
  readonly groups = new Int32Array(BATCH);
  readonly times = new Float64Array(BATCH);
  readonly buckets = new Int32Array(BATCH);

  constructor(columns: number) {
    this.values = Array.from({ length: columns }, () => new Float64Array(BATCH));
    this.words = this.values.map((column) => new Uint32Array(column.buffer));
  }
}

export interface Window {
  warmupNs: number;
  durationNs: number;
}

export class FinishedRequests {
  /** Rows waiting to be digested. */
  readonly rows = new Float64Array(BATCH * ROW);
  count = 0;
  private readonly columns = new Columns(METRICS);
  private readonly tiers = new Int32Array(BATCH);
  private readonly window: Window;
  /** SLO limits, 3 a cohort, ns; NaN where the cohort has none. */
  private readonly limits: Float64Array;
  private readonly latencies: HistogramBank;
  private readonly counters: Float64Array;
  private readonly series: SeriesRecorder;
  private readonly sample: RequestSample;
  private readonly userRecords: UserRecords;
  private readonly users = new Int32Array(BATCH);
  private readonly services = new Float64Array(BATCH);
  private readonly speeds = new Float64Array(BATCH);

  constructor(
    window: Window,
    limits: Float64Array,
    latencies: HistogramBank,
    counters: Float64Array,
    series: SeriesRecorder,
    sample: RequestSample,
    users: UserRecords,
  ) {
    this.window = window;
    this.limits = limits;
    this.latencies = latencies;
    this.counters = counters;
    this.series = series;
    this.sample = sample;
    this.userRecords = users;
  }

  digest(): void {
    const n = this.count;
    this.count = 0;
    this.countRows(n);
    this.userRecords.served(this.users, this.services, this.speeds, n);
    const { values, words, groups, times, buckets } = this.columns;
    for (let metric = 0; metric < METRICS; metric++) {
      if (metric === COHORT_HISTOGRAM_AT.ttft) continue;
      this.latencies.addColumn(values[metric], words[metric], n, metric, METRICS, groups, buckets);
      if (SERIES_OF[metric] >= 0) this.series.sample(SERIES_OF[metric], times, buckets, n);
    }
    const byTier = (this.limits.length / 3) * METRICS + CELL_HISTOGRAM_AT.ttft_object;
    const ttft = COHORT_HISTOGRAM_AT.ttft;
    this.latencies.addColumn(values[ttft], words[ttft], n, byTier, 1, this.tiers, buckets);
  }

  /** Counters, users and the sample of each row, and the columns of what is to be recorded (−1: not). */
  private countRows(n: number): void {
    const { rows, counters, limits, tiers, users, services, speeds, series, sample } = this;
    const seriesRows = series.rows;
    const { values, groups, times } = this.columns;
    const [ttfts, tpots, e2els, queues, waits, alones, slowdowns] = values;
    const { warmupNs, durationNs } = this.window;
    for (let i = 0, at = 0; i < n; i++, at += ROW) {
      const cohort = rows[at + 2] | 0;
      const arrivalNs = rows[at + 5];
      const endNs = rows[at + 7];
      const promptTokens = rows[at + 8];
      const outputTokens = rows[at + 9];
      const aloneNs = rows[at + 12];
      const e2elNs = endNs - arrivalNs;
      const ttftNs = rows[at + 6] - arrivalNs;
      // A single token has no gap: its TPOT is undefined, is not recorded, and cannot miss the objective.
      const tpotNs = outputTokens > 1 ? (endNs - rows[at + 6]) / (outputTokens - 1) : -1;
      groups[i] = cohort;
      times[i] = endNs;
      tiers[i] = rows[at + 4] | 0;

      const limit = cohort * 3;
      const ttftMet = ttftNs <= limits[limit];
      const tpotMet = tpotNs <= limits[limit + 1];
      const e2elMet = e2elNs <= limits[limit + 2];
      const met = ttftMet && tpotMet && e2elMet ? 1 : 0;
      const c = cohort * COUNTER_STRIDE;
      counters[c + C.finished]++;
      counters[c + C.prompt_tokens] += promptTokens;
      counters[c + C.output_tokens] += outputTokens;
      series.at(endNs);
      const row = series.row;
      seriesRows[row + S.finished]++;
      seriesRows[row + S.prompt_tokens] += promptTokens;
      seriesRows[row + S.slo_met] += met;
      if (endNs >= warmupNs && endNs < durationNs) {
        counters[c + C.window_finished]++;
        counters[c + C.window_prompt_tokens] += promptTokens;
        counters[c + C.window_output_tokens] += outputTokens;
        counters[c + C.window_slo_met] += met;
      }
      users[i] = rows[at] | 0;
      services[i] = PROMPT_WEIGHT * promptTokens + OUTPUT_WEIGHT * outputTokens;
      speeds[i] = e2elNs > 0 ? aloneNs / e2elNs : 1;
      if (sample.wants()) sample.keep(rows, at);

      if (arrivalNs < warmupNs) {
        for (let metric = 0; metric < METRICS; metric++) values[metric][i] = -1;
        continue;
      }
      counters[c + C.measured_finished]++;
      counters[c + C.slo_met] += met;
      if (ttftMet) counters[c + C.ttft_met]++;
      if (tpotMet) counters[c + C.tpot_met]++;
      if (e2elMet) counters[c + C.e2el_met]++;
      if (tpotNs < 0) counters[c + C.tpot_undefined]++;
      ttfts[i] = ttftNs;
      tpots[i] = tpotNs;
      e2els[i] = e2elNs;
      queues[i] = rows[at + 10];
      waits[i] = rows[at + 11];
      alones[i] = aloneNs;
      slowdowns[i] = aloneNs > 0 ? (e2elNs / aloneNs) * SLOWDOWN_ONE : -1;
    }
  }
}
