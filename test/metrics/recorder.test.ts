import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { conservationErrors } from '../../src/metrics/conservation.ts';
import { Histogram, RELATIVE_ERROR } from '../../src/metrics/histogram.ts';
import { SERIES_AT, type SeriesColumn } from '../../src/metrics/layout.ts';
import {
  type CellResult,
  counterOf,
  gaugeMean,
  gaugePeak,
  histogramOf,
  mergeCells,
  partTicks,
  type RunResult,
  transferables,
} from '../../src/metrics/result.ts';
import { STRIDE } from '../../src/metrics/series.ts';
import { lostTime } from '../../src/metrics/tables/cohorts.ts';
import { TICKS_PER_NS } from '../../src/sim/cost/step-cost.ts';
import { END_STATES } from '../../src/sim/recorder.ts';
import { FACTS, type MadeUpCell, type MadeUpRequest, madeUpCell, play } from './synthetic.ts';

const cell = madeUpCell('recorder');
const run = mergeCells([play(cell).result()]);
const measured = cell.requests.filter((r) => r.arrivalNs >= cell.options.warmupNs);
const finished = cell.requests.filter((r) => r.endState === 0);
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const columnSum = (result: RunResult, column: SeriesColumn) =>
  sum(
    Array.from(
      { length: result.series.buckets },
      (_, bucket) => result.series.rows[bucket * STRIDE + SERIES_AT[column]],
    ),
  );

/** Nearest-rank quantile, by sorting. */
const exact = (values: readonly number[], q: number) =>
  [...values].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1];

describe('latencies', () => {
  const latencies: [Parameters<typeof histogramOf>[1], (r: MadeUpRequest) => number | null][] = [
    ['ttft', (r) => (r.firstTokenNs - r.arrivalNs) / 1e6],
    ['tpot', (r) => (r.outputTokens > 1 ? (r.endNs - r.firstTokenNs) / (r.outputTokens - 1) / 1e6 : null)],
    ['e2el', (r) => (r.endNs - r.arrivalNs) / 1e6],
    ['queue', (r) => r.queueNs / 1e6],
    ['adapter_wait', (r) => r.adapterWaitNs / 1e6],
    ['alone', (r) => r.aloneNs / 1e6],
    ['slowdown', (r) => (r.endNs - r.arrivalNs) / r.aloneNs],
  ];
  it.each(latencies)('%s: of finished requests that arrived after warm-up, by cohort and together', (name, of) => {
    for (const scope of ['all', 0, 1] as const) {
      const values = measured
        .filter((r) => r.endState === 0 && (scope === 'all' || r.cohort === scope))
        .map(of)
        .filter((value): value is number => value !== null);
      const histogram = histogramOf(run, name, scope)!;
      expect(histogram.n).toBe(values.length);
      expect(histogram.mean).toBeCloseTo(sum(values) / values.length, 6);
      for (const q of [0.01, 0.5, 0.9, 0.99, 1]) {
        const error = Math.abs(histogram.quantile(q)! - exact(values, q));
        expect(error).toBeLessThanOrEqual(exact(values, q) * RELATIVE_ERROR + 1e-6);
      }
    }
  });

  it('ttft by the tier that held the adapter adds up to all', () => {
    const tiers = (['ttft_object', 'ttft_disk', 'ttft_host', 'ttft_gpu'] as const).map(
      (name) => histogramOf(run, name)!.n,
    );
    expect(tiers).toEqual(
      [0, 1, 2, 3].map((tier) => measured.filter((r) => r.endState === 0 && r.tier === tier).length),
    );
  });

  it('inter-token gaps are those of the runs after warm-up, each as often as requests saw it', () => {
    const gaps = cell.runs
      .filter((r) => r.endNs >= cell.options.warmupNs)
      .flatMap((r) =>
        Array.from({ length: r.steps }, (_, step) =>
          Array<number>(r.requests).fill((r.firstTicks + step * r.growthTicks) / TICKS_PER_NS / 1e6),
        ).flat(),
      );
    expect(run.itl.n).toBe(gaps.length);
    expect(run.itl.mean).toBeCloseTo(sum(gaps) / gaps.length, 9);
    const p90 = exact(gaps, 0.9);
    expect(Math.abs(run.itl.quantile(0.9)! - p90)).toBeLessThanOrEqual(p90 * RELATIVE_ERROR);
  });
});

describe('counters', () => {
  it('count every request once, by cohort and end state', () => {
    expect(conservationErrors(run, FACTS)).toEqual([]);
    END_STATES.forEach((state, index) => {
      for (const cohort of [0, 1]) {
        const expected = cell.requests.filter((r) => r.endState === index && r.cohort === cohort).length;
        expect(counterOf(run, state, cohort)).toBe(expected);
      }
    });
    expect(counterOf(run, 'output_tokens')).toBe(sum(finished.map((r) => r.outputTokens)));
    expect(counterOf(run, 'measured_lookups_host')).toBe(measured.filter((r) => r.tier === 2).length);
    const hostBytes = sum(measured.filter((r) => r.tier === 2).map((r) => 1000 + r.user));
    expect(counterOf(run, 'measured_lookup_bytes_host')).toBe(hostBytes);
  });

  it('of the window hold what finished inside it, whenever it arrived', () => {
    const inside = finished.filter((r) => r.endNs >= cell.options.warmupNs && r.endNs < cell.options.durationNs);
    expect(counterOf(run, 'window_finished')).toBe(inside.length);
    expect(counterOf(run, 'window_prompt_tokens')).toBe(sum(inside.map((r) => r.promptTokens)));
  });

  it('of the SLO hold requests that met all three; a single token cannot miss TPOT, a cohort without SLO meets none', () => {
    const [ttft, tpot, e2el] = cell.options.slo[1]!;
    const meets = (r: MadeUpRequest) =>
      r.endState === 0 &&
      r.cohort === 1 &&
      r.firstTokenNs - r.arrivalNs <= ttft &&
      (r.outputTokens === 1 || (r.endNs - r.firstTokenNs) / (r.outputTokens - 1) <= tpot) &&
      r.endNs - r.arrivalNs <= e2el;
    expect(counterOf(run, 'slo_met')).toBe(measured.filter(meets).length);
    expect(counterOf(run, 'slo_met', 0)).toBe(0);
    expect(columnSum(run, 'slo_met')).toBe(cell.requests.filter(meets).length);
  });
});

describe('where time went', () => {
  it('divides end-to-end time without remainder, to the nanosecond', () => {
    for (const scope of ['all', 0, 1] as const) {
      const { whole, parts } = lostTime(run, scope);
      const expected = measured.filter((r) => r.endState === 0 && (scope === 'all' || r.cohort === scope));
      expect(whole).toBe(BigInt(sum(expected.map((r) => r.endNs - r.arrivalNs))));
      expect(parts.reduce((total, part) => total + part.ns, 0n)).toBe(whole);
      expect(parts[0].ns).toBe(BigInt(sum(expected.map((r) => r.aloneNs))));
    }
  });

  it('adds up step time by part and by replica, exactly', () => {
    expect(partTicks(run)).toEqual([0, 1, 2, 3, 4, 5].map((part) => sum(cell.runs.map((r) => r.parts[part]))));
    const busy = [0, 1].map((replica) => sum(cell.runs.filter((r) => r.replica === replica).flatMap((r) => r.parts)));
    expect([...run.busyTicks]).toEqual(busy);
  });
});

describe('time series', () => {
  it('holds each event in the bucket of its time', () => {
    const { bucketNs, rows } = run.series;
    for (const bucket of [0, 7, 33]) {
      const inside = (ns: number) => Math.floor(ns / bucketNs) === bucket;
      const at = (column: SeriesColumn) => rows[bucket * STRIDE + SERIES_AT[column]];
      expect(at('arrivals')).toBe(cell.requests.filter((r) => inside(r.arrivalNs)).length);
      expect(at('finished')).toBe(finished.filter((r) => inside(r.endNs)).length);
      expect(at('refused')).toBe(cell.requests.filter((r) => r.endState !== 0 && inside(r.endNs)).length);
      expect(at('lookups_gpu')).toBe(cell.requests.filter((r) => r.tier === 3 && inside(r.arrivalNs)).length);
    }
  });

  it('spreads a long run over its buckets and loses nothing', () => {
    const tokens = sum(cell.runs.map((r) => r.steps * r.requests)) + finished.length;
    expect(columnSum(run, 'output_tokens')).toBe(tokens);
    const lora = sum(cell.runs.map((r) => r.parts[2]));
    expect(columnSum(run, 'part_lora') / lora).toBeCloseTo(1, 12);

    const one: MadeUpCell = {
      ...madeUpCell('long', 0),
      gauges: [],
      runs: [
        {
          replica: 0,
          steps: 100,
          requests: 7,
          firstTicks: 5e12,
          growthTicks: 0,
          parts: [5e14, 0, 0, 0, 0, 0],
          endNs: 9e9,
        },
      ],
    };
    const { rows, buckets } = mergeCells([play(one).result()]).series;
    // 7.8125 s of steps that end at 9 s: from 1.1875 s on, in buckets of 2 s.
    const shares = [0.8125, 2, 2, 2, 1].map((s) => s / 7.8125);
    expect(buckets).toBe(5);
    shares.forEach((share, bucket) => {
      expect(rows[bucket * STRIDE + SERIES_AT.part_base]).toBeCloseTo(5e14 * share, 0);
      expect(Math.abs(rows[bucket * STRIDE + SERIES_AT.output_tokens] - 700 * share)).toBeLessThan(1);
    });
  });

  it('takes batches of short runs into one bucket whole', () => {
    const runs = Array.from({ length: 1000 }, (_, i) => ({
      replica: 0,
      steps: 2,
      requests: 3,
      firstTicks: 1e9,
      growthTicks: 2,
      parts: [1e9 + 2, 0, 1e9, 0, 0, 0],
      endNs: (i + 1) * 1e8,
    }));
    const options = { ...cell.options, seriesBucketNs: 30e9 };
    const { rows } = mergeCells([play({ options, requests: [], gauges: [], runs }).result()]).series;
    // A run that ends exactly where a bucket does took its time in that bucket.
    const at = (bucket: number, column: SeriesColumn) => rows[bucket * STRIDE + SERIES_AT[column]];
    expect([0, 1, 2, 3].map((bucket) => at(bucket, 'output_tokens'))).toEqual([1800, 1800, 1800, 600]);
    expect([0, 1].map((bucket) => at(bucket, 'part_base'))).toEqual([300 * (1e9 + 2), 300 * (1e9 + 2)]);
    expect(at(3, 'part_lora')).toBe(100e9);
  });

  it('doubles its buckets when a drain outlasts them, and keeps every count', () => {
    const late = structuredClone(cell);
    for (const r of late.requests) {
      r.firstTokenNs += 900e9;
      r.endNs += 900e9;
    }
    const result = mergeCells([play(late).result()]);
    expect(result.series.bucketNs).toBe(16e9);
    expect(conservationErrors(result, FACTS)).toEqual([]);
    const inLatencies = result.series.latencies.reduce((total, count) => total + count, 0);
    const samples = (['ttft', 'tpot', 'e2el'] as const).map((name) => histogramOf(result, name)!.n);
    expect(inLatencies).toBe(sum(samples));
  });

  it('integrates gauges over the window and over buckets', () => {
    const { warmupNs, durationNs } = cell.options;
    let integral = 0;
    let peak = 0;
    let from = 0;
    for (const { values, ns } of cell.gauges) {
      const held = Math.min(ns, durationNs) - Math.max(from, warmupNs);
      if (held > 0) {
        integral += values[1] * held;
        peak = Math.max(peak, values[1]);
      }
      from = ns;
    }
    expect(gaugeMean(run, 'waiting')).toBeCloseTo(integral / (durationNs - warmupNs), 9);
    expect(gaugePeak(run, 'waiting')).toBe(peak);
    let whole = 0;
    from = 0;
    for (const { values, ns } of cell.gauges) {
      whole += values[1] * (ns - from);
      from = ns;
    }
    expect(columnSum(run, 'gauge_waiting') / whole).toBeCloseTo(1, 12);
  });
});

describe('users', () => {
  it('have the requests that ended, their weighted tokens and their mean speed', () => {
    const [records] = run.users;
    for (let user = 0; user < records.count; user++) {
      const mine = cell.requests.filter((r) => r.user === user);
      const served = mine.filter((r) => r.endState === 0);
      expect(records.requests(user)).toBe(mine.length);
      expect(records.service(user)).toBe(sum(served.map((r) => r.promptTokens + 2 * r.outputTokens)));
      const speed = sum(served.map((r) => r.aloneNs / (r.endNs - r.arrivalNs))) / Math.max(1, mine.length);
      expect(records.speed(user)).toBeCloseTo(speed, 5);
    }
    expect(records.bytes.byteLength).toBe(16 * records.count);
  });
});

describe('merging cells', () => {
  const cells = ['a', 'b', 'c'].map((seed) => madeUpCell(seed, 400));
  const results = () => cells.map((made) => play(made).result());

  it('equals one cell that saw all calls', () => {
    const merged = mergeCells(results());
    const together: MadeUpCell = {
      options: { ...cells[0].options, replicas: 6, users: 150 },
      requests: cells.flatMap((made, i) => made.requests.map((r) => ({ ...r, user: r.user + 50 * i }))),
      runs: cells.flatMap((made, i) => made.runs.map((r) => ({ ...r, replica: r.replica + 2 * i }))),
      gauges: [],
    };
    const whole = mergeCells([play(together).result()]);
    for (const name of ['ttft', 'tpot', 'slowdown', 'ttft_disk', 'itl'] as const) {
      expect([...histogramOf(merged, name)!.distribution()]).toEqual([...histogramOf(whole, name)!.distribution()]);
      expect(histogramOf(merged, name)!.exactSum).toBe(histogramOf(whole, name)!.exactSum);
    }
    expect(lostTime(merged, 'all')).toEqual(lostTime(whole, 'all'));
    expect(partTicks(merged)).toEqual(partTicks(whole));
    expect(merged.busyTicks).toEqual(whole.busyTicks);
    expect(isDeepStrictEqual(merged.series.latencies, whole.series.latencies)).toBe(true);
    expect(columnSum(merged, 'output_tokens')).toBe(columnSum(whole, 'output_tokens'));
    const lookups = merged.counters.map((count, i) => count - whole.counters[i]);
    // Adapter bytes follow the user's number, which the joined cell shifts; all other counters agree.
    expect(lookups.filter((difference) => difference !== 0).length).toBeLessThanOrEqual(8);
  });

  it('gives the same through a thread boundary, and moves every buffer', () => {
    const direct = mergeCells(results());
    const posted = results().map((result) => structuredClone(result, { transfer: transferables(result) }));
    expect(isDeepStrictEqual(mergeCells(posted), direct)).toBe(true);
    const moved: CellResult = results()[0];
    structuredClone(moved, { transfer: transferables(moved) });
    expect([moved.userBytes.byteLength, moved.latencies.counts.length, moved.sample.keys.length]).toEqual([0, 0, 0]);
  });

  it('refuses cells of different scenarios', () => {
    const [first, second] = results();
    expect(() => mergeCells([first, { ...second, warmupNs: 0 }])).toThrow(/must agree/);
    expect(() => mergeCells([])).toThrow(/at least one/);
  });
});

describe('sampled requests', () => {
  it('are within the bound, uniform, and true copies', () => {
    const large = madeUpCell('sample', 5000);
    const small = { ...large, options: { ...large.options, sampleCapacity: 300 } };
    const { sample } = play(small).result();
    expect(sample.size).toBeLessThanOrEqual(300);
    expect(sample.size).toBeGreaterThan(100);
    expect(sample.size * sample.every).toBeGreaterThan(3500);
    expect(sample.size * sample.every).toBeLessThan(6500);
    const keys = new Set(large.requests.map((r) => `${r.user} ${r.arrivalNs} ${r.endNs} ${r.endState}`));
    for (let i = 0; i < sample.size; i++) {
      const row = sample.rows.subarray(i * 14, i * 14 + 14);
      expect(keys.has(`${row[0]} ${row[5]} ${row[7]} ${row[13]}`)).toBe(true);
    }
    const run20 = mergeCells([play(large).result(), play(small).result()]);
    expect(run20.sample.every).toBe(sample.every);
    expect(run20.sample.cells.filter((number) => number === 0).length).toBe(sample.size);
  });
});

it('an empty run has no values and breaks no law', () => {
  const empty = mergeCells([play({ ...madeUpCell('none', 0), runs: [], gauges: [] }).result()]);
  expect(histogramOf(empty, 'ttft')!.quantile(0.5)).toBeNull();
  expect(conservationErrors(empty, FACTS)).toEqual([]);
  expect(Histogram.empty(1).mean).toBeNull();
});
