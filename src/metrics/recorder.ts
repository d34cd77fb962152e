/**
 * Turns the hot loop's calls into one cell's result: histograms, counters, time series, per-user sums, sampled requests.
 *
 * Which requests count: latencies and SLO attainment are of requests that arrived at or after warm-up (the drain after the end
 * of arrivals included), counters and conservation are of all. Inter-token gaps carry no request: they count when their run of
 * steps ended at or after warm-up. Times are integer ns, step costs ticks (sim/cost/step-cost.ts).
 *
 * Every method is O(1) (a run of steps: O(histogram buckets its ramp crosses)) and allocates nothing.
 */
import { COST_PARTS } from '../sim/cost/step-cost.ts';
import { GAUGES, type Recorder } from '../sim/recorder.ts';
import { addExact, HistogramBank } from './histogram.ts';
import {
  CELL_HISTOGRAM_AT,
  CELL_HISTOGRAMS,
  COHORT_HISTOGRAM_AT,
  COHORT_HISTOGRAMS,
  COUNTER_AT,
  COUNTERS,
  SERIES_AT,
  SLOWDOWN_ONE,
  TOTAL_AT,
  TOTALS,
} from './layout.ts';
import type { CellResult } from './result.ts';
import { RequestSample } from './sample.ts';
import { SeriesRecorder } from './series.ts';

/** Service of a request as VTC counts it (Sheng et al., OSDI 2024): prompt tokens once, output tokens twice. */
export const PROMPT_WEIGHT = 1;
export const OUTPUT_WEIGHT = 2;

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
  /** Start with one request in `sampleEvery` (default 1) and keep at most `sampleCapacity` (default 20,000). */
  sampleEvery?: number;
  sampleCapacity?: number;
}

const COHORT_SLOTS = COHORT_HISTOGRAMS.length;
const STRIDE = COUNTERS.length;
const PARTS = COST_PARTS.length;
const C = COUNTER_AT;
const S = SERIES_AT;
const TTFT_SERIES = 0;
const TPOT_SERIES = 1;
const E2EL_SERIES = 2;

export class CellRecorder implements Recorder {
  private readonly options: CellRecorderOptions;
  private readonly durationNs: number;
  private readonly warmupNs: number;
  private readonly latencies: HistogramBank;
  private readonly cellSlot: number;
  private readonly itl = new HistogramBank(1, true);
  private readonly counters: Float64Array;
  private readonly totals = new Float64Array(TOTALS.length);
  private readonly series: SeriesRecorder;
  private readonly sample: RequestSample;
  /** SLO limits, 3 a cohort, ns; NaN where the cohort has none. */
  private readonly limits: Float64Array;

  /** 16 bytes a user, one cache line a visit: service as float64, then requests as uint32 and speed as float32. */
  private readonly userBytes: ArrayBuffer;
  private readonly userService: Float64Array;
  private readonly userRequests: Uint32Array;
  private readonly userSpeed: Float32Array;

  private readonly partLo = new Float64Array(COST_PARTS.length);
  private readonly partHi = new Float64Array(COST_PARTS.length);
  private readonly busyLo: Float64Array;
  private readonly busyHi: Float64Array;
  private readonly gaugeIntegral = new Float64Array(GAUGES.length);
  private readonly gaugePeak = new Float64Array(GAUGES.length);
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
    this.cellSlot = cohorts * COHORT_SLOTS;
    this.latencies = new HistogramBank(this.cellSlot + CELL_HISTOGRAMS.length);
    this.counters = new Float64Array(cohorts * STRIDE);
    this.series = new SeriesRecorder(durationNs, options.seriesBucketNs ?? Math.max(1, durationNs / 288));
    this.sample = new RequestSample(options.sampleEvery ?? 1, options.sampleCapacity ?? 20_000);
    this.limits = new Float64Array(cohorts * 3).fill(Number.NaN);
    options.slo.forEach((slo, cohort) => {
      if (slo !== null) this.limits.set(slo, cohort * 3);
    });
    this.userBytes = new ArrayBuffer(users * 16);
    this.userService = new Float64Array(this.userBytes);
    this.userRequests = new Uint32Array(this.userBytes);
    this.userSpeed = new Float32Array(this.userBytes);
    this.busyLo = new Float64Array(replicas);
    this.busyHi = new Float64Array(replicas);
  }

  arrival(cohort: number, user: number, nowNs: number): void {
    this.at(nowNs);
    const c = cohort * STRIDE;
    this.counters[c + C.arrivals]++;
    if (nowNs >= this.warmupNs) this.counters[c + C.measured_arrivals]++;
    this.userRequests[user * 4 + 2]++;
    this.series.rows[this.series.row + S.arrivals]++;
    if (nowNs < this.firstArrivalNs) this.firstArrivalNs = nowNs;
  }

  refused(cohort: number, user: number, arrivalNs: number, endState: number, nowNs: number): void {
    this.at(nowNs);
    this.counters[cohort * STRIDE + C.finished + endState]++;
    this.series.rows[this.series.row + S.refused]++;
    if (this.sample.wants()) {
      this.sample.row.set([user, -1, cohort, -1, endState, -1, arrivalNs, -1, nowNs, 0, 0, -1, -1, -1]);
      this.sample.commit();
    }
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
    this.totals[TOTAL_AT.loads_object + fromTier]++;
    this.totals[TOTAL_AT.load_bytes_object + fromTier] += bytes;
    const row = this.series.row;
    this.series.rows[row + S.loads]++;
    this.series.rows[row + S.load_bytes] += bytes;
    if (nowNs < this.warmupNs) return;
    const slot = this.cellSlot;
    this.latencies.add(slot + CELL_HISTOGRAM_AT.load, queueNs + fetchNs + buildNs + registerNs);
    this.latencies.add(slot + CELL_HISTOGRAM_AT.load_queue, queueNs);
    this.latencies.add(slot + CELL_HISTOGRAM_AT.load_fetch, fetchNs);
    this.latencies.add(slot + CELL_HISTOGRAM_AT.load_build, buildNs);
    this.latencies.add(slot + CELL_HISTOGRAM_AT.load_register, registerNs);
  }

  activated(bytes: number, waitNs: number, copyNs: number): void {
    this.totals[TOTAL_AT.activations]++;
    this.totals[TOTAL_AT.activated_bytes] += bytes;
    this.series.rows[this.series.row + S.activations]++;
    if (this.latestNs < this.warmupNs) return;
    this.latencies.add(this.cellSlot + CELL_HISTOGRAM_AT.load_wait_slot, waitNs);
    this.latencies.add(this.cellSlot + CELL_HISTOGRAM_AT.load_activate, copyNs);
  }

  evicted(tier: number, bytes: number): void {
    this.totals[TOTAL_AT.evictions_object + tier]++;
    this.totals[TOTAL_AT.evicted_bytes_object + tier] += bytes;
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
    const bucket = this.latencies.add(cohort * COHORT_SLOTS + COHORT_HISTOGRAM_AT.ttft, nowNs - arrivalNs);
    this.series.sample(TTFT_SERIES, bucket);
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
    this.at(nowNs);
    if (nowNs > this.lastFinishNs) this.lastFinishNs = nowNs;
    const counters = this.counters;
    const c = cohort * STRIDE;
    counters[c + C.finished]++;
    counters[c + C.prompt_tokens] += promptTokens;
    counters[c + C.output_tokens] += outputTokens;
    const e2elNs = nowNs - arrivalNs;
    const row = this.series.row;
    this.series.rows[row + S.finished]++;
    this.series.rows[row + S.prompt_tokens] += promptTokens;
    this.userService[user * 2] += PROMPT_WEIGHT * promptTokens + OUTPUT_WEIGHT * outputTokens;
    this.userSpeed[user * 4 + 3] += e2elNs > 0 ? aloneNs / e2elNs : 1;

    const ttftNs = firstTokenNs - arrivalNs;
    // A single token has no gap: its TPOT is undefined, is not recorded, and cannot miss the objective.
    const tpotNs = outputTokens > 1 ? (nowNs - firstTokenNs) / (outputTokens - 1) : 0;
    const limits = cohort * 3;
    const met = ttftNs <= this.limits[limits] && tpotNs <= this.limits[limits + 1] && e2elNs <= this.limits[limits + 2];
    if (met) this.series.rows[row + S.slo_met]++;
    if (nowNs >= this.warmupNs && nowNs < this.durationNs) {
      counters[c + C.window_finished]++;
      counters[c + C.window_prompt_tokens] += promptTokens;
      counters[c + C.window_output_tokens] += outputTokens;
      if (met) counters[c + C.window_slo_met]++;
    }
    if (this.sample.wants()) {
      this.keep(
        user,
        adapter,
        cohort,
        replica,
        lookupTier,
        arrivalNs,
        firstTokenNs,
        nowNs,
        promptTokens,
        outputTokens,
        queueNs,
        adapterWaitNs,
        aloneNs,
      );
    }
    if (arrivalNs < this.warmupNs) return;

    counters[c + C.measured_finished]++;
    if (met) counters[c + C.slo_met]++;
    if (ttftNs <= this.limits[limits]) counters[c + C.ttft_met]++;
    if (tpotNs <= this.limits[limits + 1]) counters[c + C.tpot_met]++;
    if (e2elNs <= this.limits[limits + 2]) counters[c + C.e2el_met]++;
    const slot = cohort * COHORT_SLOTS;
    const latencies = this.latencies;
    if (outputTokens > 1) {
      this.series.sample(TPOT_SERIES, latencies.add(slot + COHORT_HISTOGRAM_AT.tpot, tpotNs));
    } else {
      counters[c + C.tpot_undefined]++;
    }
    this.series.sample(E2EL_SERIES, latencies.add(slot + COHORT_HISTOGRAM_AT.e2el, e2elNs));
    latencies.add(slot + COHORT_HISTOGRAM_AT.queue, queueNs);
    latencies.add(slot + COHORT_HISTOGRAM_AT.adapter_wait, adapterWaitNs);
    latencies.add(slot + COHORT_HISTOGRAM_AT.alone, aloneNs);
    if (aloneNs > 0) latencies.add(slot + COHORT_HISTOGRAM_AT.slowdown, (e2elNs / aloneNs) * SLOWDOWN_ONE);
    latencies.add(this.cellSlot + CELL_HISTOGRAM_AT.ttft_object + lookupTier, ttftNs);
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
    const ticks = steps * firstTicks + (growthTicks * steps * (steps - 1)) / 2;
    addExact(this.busyLo, this.busyHi, replica, ticks);
    for (let p = 0; p < PARTS; p++) addExact(this.partLo, this.partHi, p, partTicks[p]);
    this.totals[TOTAL_AT.steps] += steps;
    this.series.work(ticks, partTicks, steps * requests, endNs);
    if (requests > 0 && endNs >= this.warmupNs) this.itl.addRamp(0, firstTicks, growthTicks, steps, requests);
  }

  gap(ticks: number, requests: number): void {
    this.series.rows[this.series.row + S.output_tokens] += requests;
    if (this.latestNs >= this.warmupNs) this.itl.addRamp(0, ticks, 0, 1, requests);
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

  /** Everything recorded, as typed arrays that can be handed to another thread. Call once, at the end. */
  result(): CellResult {
    return {
      cohorts: this.options.cohorts,
      users: this.options.users,
      durationNs: this.durationNs,
      warmupNs: this.warmupNs,
      endNs: Math.max(this.latestNs, this.gaugesNs),
      firstArrivalNs: this.firstArrivalNs,
      lastFinishNs: this.lastFinishNs,
      latencies: this.latencies.pack(),
      itl: this.itl.pack(),
      counters: this.counters,
      totals: this.totals,
      partLo: this.partLo,
      partHi: this.partHi,
      busyLo: this.busyLo,
      busyHi: this.busyHi,
      gaugeIntegral: this.gaugeIntegral,
      gaugePeak: this.gaugePeak,
      series: this.series.pack(),
      sample: this.sample.pack(),
      userBytes: this.userBytes,
    };
  }

  private at(nowNs: number): void {
    this.series.at(nowNs);
    if (nowNs > this.latestNs) this.latestNs = nowNs;
  }

  private keep(
    user: number,
    adapter: number,
    cohort: number,
    replica: number,
    lookupTier: number,
    arrivalNs: number,
    firstTokenNs: number,
    nowNs: number,
    promptTokens: number,
    outputTokens: number,
    queueNs: number,
    adapterWaitNs: number,
    aloneNs: number,
  ): void {
    this.sample.row.set([
      user,
      adapter,
      cohort,
      replica,
      0,
      lookupTier,
      arrivalNs,
      firstTokenNs,
      nowNs,
      promptTokens,
      outputTokens,
      queueNs,
      adapterWaitNs,
      aloneNs,
    ]);
    this.sample.commit();
  }
}
