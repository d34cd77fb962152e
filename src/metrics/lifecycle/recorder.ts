/** Turns what happens to a cell's revisions into counters, a time series, three histograms and a sample of the lineage. */

import { type LifecycleRecorder, STALE_GAUGES } from '../../sim/lifecycle/recorder.ts';
import type { Revisions } from '../../sim/lifecycle/revisions.ts';
import { hash32 } from '../../sim/random/hash.ts';
import { HistogramBank } from '../histogram.ts';
import {
  LIFECYCLE_COUNTER_AT as C,
  LINEAGE_AT as L,
  LIFECYCLE_COUNTERS,
  LIFECYCLE_HISTOGRAMS,
  LIFECYCLE_SERIES,
  LINEAGE_FIELDS,
  LIFECYCLE_SERIES_AT as S,
} from './layout.ts';
import type { CellLifecycle } from './result.ts';

/** Buckets over the arrivals; one more holds the drain. */
export const LIFECYCLE_BUCKETS = 288;
/** Revisions of a cell, and of a run, that are kept at most. */
export const MOST_REVISIONS = 20_000;

const STRIDE = LIFECYCLE_SERIES.length;
const PUBLISH = LIFECYCLE_HISTOGRAMS.indexOf('publish');
const FIRST_SERVED = LIFECYCLE_HISTOGRAMS.indexOf('first_served');
const BEHIND = LIFECYCLE_HISTOGRAMS.indexOf('behind');

export class CellLifecycleRecorder implements LifecycleRecorder {
  private readonly durationNs: number;
  private readonly warmupNs: number;
  private readonly counters = new Float64Array(LIFECYCLE_COUNTERS.length);
  private readonly series = new Float64Array((LIFECYCLE_BUCKETS + 1) * STRIDE);
  private readonly histograms = new HistogramBank(LIFECYCLE_HISTOGRAMS.length);
  private every = 1;
  private rows = new Float64Array(0);
  private keys = new Uint32Array(0);
  private revisions = 0;

  constructor(durationNs: number, warmupNs: number) {
    this.durationNs = durationNs;
    this.warmupNs = warmupNs;
  }

  event(kind: number, nowNs: number): void {
    this.counters[kind]++;
    this.series[this.rowAt(nowNs) + kind]++;
  }

  published(sinceRegisteredNs: number, nowNs: number): void {
    if (nowNs >= this.warmupNs) this.histograms.add(PUBLISH, sinceRegisteredNs);
  }

  pinned(behindNs: number, nowNs: number): void {
    const row = this.rowAt(nowNs);
    this.series[row + S.pinned]++;
    if (behindNs >= 0) this.series[row + S.behind]++;
    if (nowNs < this.warmupNs) return;
    this.counters[C.measured_pinned]++;
    if (behindNs < 0) return;
    this.counters[C.measured_behind]++;
    this.histograms.add(BEHIND, behindNs);
  }

  staleLookup(_tier: number, other: number, bytes: number, startedLoad: boolean, nowNs: number): void {
    const row = this.rowAt(nowNs);
    this.series[row + S.stale_disk + other - 1]++;
    if (startedLoad) {
      this.series[row + S.stale_loads]++;
      this.series[row + S.stale_load_bytes] += bytes;
      this.counters[C.stale_loads]++;
      this.counters[C.stale_load_bytes] += bytes;
    }
    if (nowNs < this.warmupNs) return;
    this.counters[C.measured_stale_disk + other - 1]++;
  }

  withoutAdapter(nowNs: number): void {
    this.series[this.rowAt(nowNs) + S.without_adapter]++;
    if (nowNs >= this.warmupNs) this.counters[C.measured_without_adapter]++;
  }

  served(latest: boolean, nowNs: number): void {
    const row = this.rowAt(nowNs);
    this.series[row + S.served]++;
    if (latest) this.series[row + S.served_latest]++;
    if (nowNs < this.warmupNs) return;
    this.counters[C.measured_served]++;
    if (latest) this.counters[C.measured_served_latest]++;
  }

  firstServed(sinceRegisteredNs: number, nowNs: number): void {
    if (nowNs >= this.warmupNs) this.histograms.add(FIRST_SERVED, sinceRegisteredNs);
  }

  prewarmed(outcome: number, bytes: number, nowNs: number): void {
    this.counters[C.prewarms_host + outcome]++;
    this.counters[C.prewarm_bytes] += bytes;
    this.series[this.rowAt(nowNs) + S.prewarm_bytes] += bytes;
  }

  residents(values: Float64Array, nowNs: number): void {
    const row = this.rowAt(nowNs);
    this.series[row + S.samples]++;
    for (let g = 0; g < values.length; g++) this.series[row + S[STALE_GAUGES[0]] + g] += values[g];
  }

  /** Keeps every revision whose number hashes to a multiple of `every`, the smallest power of two that leaves few enough. */
  lineage(r: Revisions): void {
    this.revisions = r.count;
    const key = (n: number) => hash32(0, n, 0) >>> 0;
    const kept = (n: number) => (key(n) & (this.every - 1)) === 0;
    let size = r.count;
    while (size > MOST_REVISIONS) {
      this.every *= 2;
      size = 0;
      for (let n = 0; n < r.count; n++) if (kept(n)) size++;
    }
    this.rows = new Float64Array(size * LINEAGE_FIELDS.length);
    this.keys = new Uint32Array(size);
    for (let n = 0, at = 0; n < r.count; n++) {
      if (!kept(n)) continue;
      const row = at * LINEAGE_FIELDS.length;
      const parent = r.parent[n] - r.adapters;
      this.rows[row + L.adapter] = r.adapter[n];
      this.rows[row + L.number] = r.number[n];
      this.rows[row + L.parent] = parent < 0 ? 0 : r.number[parent];
      this.rows[row + L.cause] = r.cause[n];
      this.rows[row + L.base] = r.base[n];
      this.rows[row + L.state] = r.state[n];
      this.rows[row + L.started] = r.startedNs[n];
      this.rows[row + L.registered] = r.registeredNs[n];
      this.rows[row + L.evaluated] = r.evaluatedNs[n];
      this.rows[row + L.ready] = r.readyNs[n];
      this.rows[row + L.served] = r.servedNs[n];
      this.rows[row + L.ended] = r.endedNs[n];
      this.keys[at++] = key(n);
    }
  }

  result(): CellLifecycle {
    const { counters, series, histograms, every, rows, keys, revisions } = this;
    return { counters, series, histograms: histograms.pack(), revisions, every, rows, keys };
  }

  private rowAt(nowNs: number): number {
    const bucket = Math.floor((nowNs * LIFECYCLE_BUCKETS) / this.durationNs);
    return Math.min(LIFECYCLE_BUCKETS, bucket) * STRIDE;
  }
}
