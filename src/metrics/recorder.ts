/**
 * Turns the hot loop's calls into one cell's result: histograms, counters, time series, per-user sums, sampled requests.
 *
 * Which requests count: latencies and SLO attainment are of requests that arrived at or after warm-up (the drain after the end
 * of arrivals included), counters and conservation are of all. Inter-token gaps carry no request: they count when their run of
 * steps ended at or after warm-up. Times are integer ns, step costs ticks (sim/cost/step-cost.ts).
 *
 * Every method is O(1) and allocates nothing. What comes with every request is only stored, and digested a batch at a time
 * (finished.ts, runs.ts): a run of steps costs O(histogram buckets its ramp crosses).
 */
import { COST_PARTS } from '../sim/cost/step-cost.ts';
import { GAUGES, type Recorder } from '../sim/recorder.ts';
import { BATCH, Columns, FinishedRequests, ROW } from './finished.ts';
import { HistogramBank } from './histogram.ts';
import {
  CELL_HISTOGRAM_AT,
  CELL_HISTOGRAMS,
  COHORT_HISTOGRAM_AT,
  COHORT_HISTOGRAMS,
  COUNTER_AT,
  COUNTERS,
  SERIES_AT,
  TOTAL_AT,
  TOTALS,
} from './layout.ts';
import { CellLifecycleRecorder } from './lifecycle/recorder.ts';
import type { CellResult } from './result.ts';
import { RUN_ROW, StepRuns } from './runs.ts';
import { RequestSample } from './sample.ts';
import { SeriesRecorder } from './series.ts';
import type { CellTracer } from './trace/cell-tracer.ts';
import { EventTrail } from './trail.ts';
import { UserRecords } from './users.ts';

export interface CellRecorderOptions {
  cohorts: number;
  /** Users of this cell; local user numbers are below it. */
  users: number;
  /** Replicas of this cell. */
  replicas: number;
  durationNs: number;
  warmupNs: number;
  /** Length of a time-series bucket. Default: duration / 288. */
  seriesBucketNs?: number;
  /** For each cohort [ttft, tpot, e2el] in ns (Infinity: no limit), or null for a cohort without SLO. */
  slo: readonly (readonly [number, number, number] | null)[];
  /** Keep what happens to revisions of adapters. */
  lifecycle?: boolean;
  /** Start with one request in `sampleEvery` (default 1) and keep at most `sampleCapacity` (default 20,000). */
  sampleEvery?: number;
  sampleCapacity?: number;
}

const COHORT_SLOTS = COHORT_HISTOGRAMS.length;
const STRIDE = COUNTERS.length;
const C = {
  arrivals: COUNTER_AT.arrivals,
  measured_arrivals: COUNTER_AT.measured_arrivals,
  finished: COUNTER_AT.finished,
  lookups_object: COUNTER_AT.lookups_object,
  measured_lookups_object: COUNTER_AT.measured_lookups_object,
  measured_lookup_bytes_object: COUNTER_AT.measured_lookup_bytes_object,
  dedup_joins: COUNTER_AT.dedup_joins,
  preemptions: COUNTER_AT.preemptions,
};
const S = {
  arrivals: SERIES_AT.arrivals,
  refused: SERIES_AT.refused,
  lookups_object: SERIES_AT.lookups_object,
  dedup_joins: SERIES_AT.dedup_joins,
  loads: SERIES_AT.loads,
  load_bytes: SERIES_AT.load_bytes,
  activations: SERIES_AT.activations,
  evictions: SERIES_AT.evictions,
  preemptions: SERIES_AT.preemptions,
  output_tokens: SERIES_AT.output_tokens,
};
const T = {
  loads_object: TOTAL_AT.loads_object,
  load_bytes_object: TOTAL_AT.load_bytes_object,
  activations: TOTAL_AT.activations,
  activated_bytes: TOTAL_AT.activated_bytes,
  evictions_object: TOTAL_AT.evictions_object,
  evicted_bytes_object: TOTAL_AT.evicted_bytes_object,
  steps: TOTAL_AT.steps,
};
const H = {
  load: CELL_HISTOGRAM_AT.load,
  load_queue: CELL_HISTOGRAM_AT.load_queue,
  load_fetch: CELL_HISTOGRAM_AT.load_fetch,
  load_build: CELL_HISTOGRAM_AT.load_build,
  load_register: CELL_HISTOGRAM_AT.load_register,
  load_wait_slot: CELL_HISTOGRAM_AT.load_wait_slot,
  load_activate: CELL_HISTOGRAM_AT.load_activate,
};
const TTFT_SERIES = 0;

export class CellRecorder implements Recorder {
  /** Set before the cell is assembled, where a window is traced. */
  tracer: CellTracer | null = null;
  readonly lifecycle: CellLifecycleRecorder | null;
  private readonly options: CellRecorderOptions;
  private readonly durationNs: number;
  private readonly warmupNs: number;
  private readonly latencies: HistogramBank;
  /** First slot of CELL_HISTOGRAMS in `latencies`. */
  private readonly cellSlot: number;
  private readonly counters: Float64Array;
  private readonly totals = new Float64Array(TOTALS.length);
  private readonly series: SeriesRecorder;
  private readonly sample: RequestSample;
  private readonly users: UserRecords;
  private readonly finishedRequests: FinishedRequests;
  private readonly stepRuns: StepRuns;
  private readonly firstTokens = new Columns(1);
  private readonly ttfts: Float64Array;
  private firstTokenCount = 0;
  private readonly gaugeIntegral = new Float64Array(GAUGES.length);
  private readonly gaugePeak = new Float64Array(GAUGES.length);
  private readonly events = new EventTrail();
  /** Time of the latest call, of the latest gauges, of the first arrival, of the last finished request. */
  private latestNs = 0;
  private gaugesNs = 0;
  private firstArrivalNs = Number.POSITIVE_INFINITY;
  private lastFinishNs = 0;

  constructor(options: CellRecorderOptions) {
    const { cohorts, users, replicas, durationNs, warmupNs } = options;
    if (options.slo.length !== cohorts) {
      throw new RangeError(`The recorder got ${options.slo.length} SLOs for ${cohorts} cohorts; expected one each.`);
    }
    this.options = options;
    this.durationNs = durationNs;
    this.warmupNs = warmupNs;
    this.lifecycle = options.lifecycle === true ? new CellLifecycleRecorder(durationNs, warmupNs) : null;
    this.cellSlot = cohorts * COHORT_SLOTS;
    this.latencies = new HistogramBank(this.cellSlot + CELL_HISTOGRAMS.length);
    this.counters = new Float64Array(cohorts * STRIDE);
    this.series = new SeriesRecorder(durationNs, options.seriesBucketNs ?? Math.max(1, Math.ceil(durationNs / 288)));
    this.sample = new RequestSample(options.sampleEvery ?? 1, options.sampleCapacity ?? 20_000);
    this.users = new UserRecords(users);
    this.ttfts = this.firstTokens.values[0];
    const limits = new Float64Array(cohorts * 3).fill(Number.NaN);
    options.slo.forEach((slo, cohort) => {
      if (slo !== null) limits.set(slo, cohort * 3);
    });
    this.finishedRequests = new FinishedRequests(
      options,
      limits,
      this.latencies,
      this.counters,
      this.series,
      this.sample,
      this.users,
    );
    this.stepRuns = new StepRuns(replicas, warmupNs, this.series);
  }

  arrival(cohort: number, _user: number, nowNs: number): void {
    this.at(nowNs);
    const c = cohort * STRIDE;
    this.counters[c + C.arrivals]++;
    if (nowNs >= this.warmupNs) this.counters[c + C.measured_arrivals]++;
    this.series.rows[this.series.row + S.arrivals]++;
    if (nowNs < this.firstArrivalNs) this.firstArrivalNs = nowNs;
  }

  refused(cohort: number, user: number, arrivalNs: number, endState: number, nowNs: number): void {
    this.at(nowNs);
    this.counters[cohort * STRIDE + C.finished + endState]++;
    this.series.rows[this.series.row + S.refused]++;
    this.users.refused(user);
    if (this.sample.wants()) this.sample.keepRefused(user, cohort, arrivalNs, nowNs, endState);
  }

  lookup(cohort: number, tier: number, bytes: number, nowNs: number): void {
    this.at(nowNs);
    const c = cohort * STRIDE + tier;
    this.counters[c + C.lookups_object]++;
    if (nowNs >= this.warmupNs) {
      this.counters[c + C.measured_lookups_object]++;
      this.counters[c + C.measured_lookup_bytes_object] += bytes;
    }
    this.series.rows[this.series.row + S.lookups_object + tier]++;
  }

  dedupJoin(cohort: number): void {
    this.counters[cohort * STRIDE + C.dedup_joins]++;
    this.series.rows[this.series.row + S.dedup_joins]++;
  }

  loaded(
    fromTier: number,
    bytes: number,
    queueNs: number,
    fetchNs: number,
    buildNs: number,
    registerNs: number,
    nowNs: number,
  ): void {
    this.at(nowNs);
    this.totals[T.loads_object + fromTier]++;
    this.totals[T.load_bytes_object + fromTier] += bytes;
    const row = this.series.row;
    this.series.rows[row + S.loads]++;
    this.series.rows[row + S.load_bytes] += bytes;
    if (nowNs < this.warmupNs) return;
    const slot = this.cellSlot;
    this.latencies.add(slot + H.load, queueNs + fetchNs + buildNs + registerNs);
    this.latencies.add(slot + H.load_queue, queueNs);
    this.latencies.add(slot + H.load_fetch, fetchNs);
    this.latencies.add(slot + H.load_build, buildNs);
    this.latencies.add(slot + H.load_register, registerNs);
  }

  activated(bytes: number, waitNs: number, copyNs: number): void {
    this.totals[T.activations]++;
    this.totals[T.activated_bytes] += bytes;
    this.series.rows[this.series.row + S.activations]++;
    if (this.latestNs < this.warmupNs) return;
    this.latencies.add(this.cellSlot + H.load_wait_slot, waitNs);
    this.latencies.add(this.cellSlot + H.load_activate, copyNs);
  }

  evicted(tier: number, bytes: number): void {
    this.totals[T.evictions_object + tier]++;
    this.totals[T.evicted_bytes_object + tier] += bytes;
    this.series.rows[this.series.row + S.evictions]++;
  }

  preempted(cohort: number): void {
    this.counters[cohort * STRIDE + C.preemptions]++;
    this.series.rows[this.series.row + S.preemptions]++;
  }

  firstToken(
    cohort: number,
    _user: number,
    arrivalNs: number,
    _queueNs: number,
    _adapterWaitNs: number,
    nowNs: number,
  ): void {
    this.at(nowNs);
    this.series.rows[this.series.row + S.output_tokens]++;
    if (arrivalNs < this.warmupNs) return;
    const i = this.firstTokenCount++;
    this.ttfts[i] = nowNs - arrivalNs;
    this.firstTokens.groups[i] = cohort;
    this.firstTokens.times[i] = nowNs;
    if (this.firstTokenCount === BATCH) this.digestFirstTokens();
  }

  finished(
    cohort: number,
    user: number,
    adapter: number,
    replica: number,
    arrivalNs: number,
    firstTokenNs: number,
    nowNs: number,
    promptTokens: number,
    outputTokens: number,
    queueNs: number,
    adapterWaitNs: number,
    aloneNs: number,
    lookupTier: number,
  ): void {
    if (nowNs > this.latestNs) this.latestNs = nowNs;
    if (nowNs > this.lastFinishNs) this.lastFinishNs = nowNs;
    const finished = this.finishedRequests;
    const rows = finished.rows;
    const at = finished.count * ROW;
    rows[at] = user;
    rows[at + 1] = adapter;
    rows[at + 2] = cohort;
    rows[at + 3] = replica;
    rows[at + 4] = lookupTier;
    rows[at + 5] = arrivalNs;
    rows[at + 6] = firstTokenNs;
    rows[at + 7] = nowNs;
    rows[at + 8] = promptTokens;
    rows[at + 9] = outputTokens;
    rows[at + 10] = queueNs;
    rows[at + 11] = adapterWaitNs;
    rows[at + 12] = aloneNs;
    if (++finished.count === BATCH) finished.digest();
  }

  run(
    replica: number,
    steps: number,
    requests: number,
    firstTicks: number,
    growthTicks: number,
    partTicks: Float64Array,
    endNs: number,
  ): void {
    const runs = this.stepRuns;
    const rows = runs.rows;
    const at = runs.count * RUN_ROW;
    rows[at] = replica;
    rows[at + 1] = steps;
    rows[at + 2] = requests;
    rows[at + 3] = firstTicks;
    rows[at + 4] = growthTicks;
    rows[at + 5] = endNs;
    for (let p = 0; p < COST_PARTS.length; p++) rows[at + 6 + p] = partTicks[p];
    if (++runs.count === BATCH) runs.digest();
  }

  gap(ticks: number, requests: number, tokens = requests): void {
    this.series.rows[this.series.row + S.output_tokens] += tokens;
    if (this.latestNs >= this.warmupNs) this.stepRuns.itl.add(ticks, 0, 1, requests);
  }

  gauges(values: Float64Array, nowNs: number): void {
    const fromNs = this.gaugesNs;
    if (nowNs <= fromNs) return;
    this.series.hold(values, fromNs, nowNs);
    this.gaugesNs = nowNs;
    const held = Math.min(nowNs, this.durationNs) - Math.max(fromNs, this.warmupNs);
    if (held <= 0) return;
    for (let g = 0; g < GAUGES.length; g++) {
      const value = values[g];
      this.gaugeIntegral[g] += value * held;
      if (value > this.gaugePeak[g]) this.gaugePeak[g] = value;
    }
  }

  trail(events: number, digest: number, nowNs: number): void {
    this.events.mark(events, digest, nowNs);
  }

  /** Everything recorded, as typed arrays that can be handed to another thread. Call once, at the end. */
  result(): CellResult {
    this.digestFirstTokens();
    this.finishedRequests.digest();
    const runs = this.stepRuns;
    runs.digest();
    this.totals[T.steps] = runs.steps;
    return {
      cohorts: this.options.cohorts,
      users: this.options.users,
      durationNs: this.durationNs,
      warmupNs: this.warmupNs,
      endNs: Math.max(this.latestNs, this.gaugesNs),
      firstArrivalNs: this.firstArrivalNs,
      lastFinishNs: this.lastFinishNs,
      latencies: this.latencies.pack(),
      itl: runs.itl.pack(),
      counters: this.counters,
      totals: this.totals,
      partLo: runs.partLo,
      partHi: runs.partHi,
      busyLo: runs.busyLo,
      busyHi: runs.busyHi,
      gaugeIntegral: this.gaugeIntegral,
      gaugePeak: this.gaugePeak,
      series: this.series.pack(),
      sample: this.sample.pack(),
      userBytes: this.users.bytes,
      trail: this.events.pack(),
      lifecycle: this.lifecycle?.result() ?? null,
    };
  }

  private at(nowNs: number): void {
    this.series.at(nowNs);
    if (nowNs > this.latestNs) this.latestNs = nowNs;
  }

  private digestFirstTokens(): void {
    const { words, groups, times, buckets } = this.firstTokens;
    const n = this.firstTokenCount;
    this.firstTokenCount = 0;
    this.latencies.addColumn(this.ttfts, words[0], n, COHORT_HISTOGRAM_AT.ttft, COHORT_SLOTS, groups, buckets);
    this.series.sample(TTFT_SERIES, times, buckets, n);
  }
}
