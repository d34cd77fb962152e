/**
 * The serialised cold path of MinT (arXiv 2605.13779v2): what its loader measurements imply, reproduced by the loader's
 * mechanisms alone. Times of a load are inputs, read from its tables; what follows from them is checked.
 */
import { describe, expect, it } from 'vitest';
import { adapterFootprint } from '../../../src/scenario/geometry.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { type Arrival, runTiny } from '../engine/fixture.ts';
import { draws } from '../residency/traces.ts';
import { servers } from './queueing.ts';

/** Requests that all come at t = 0, on a replica whose own work takes microseconds. */
function burst(adapters: number[], catalog: number, ranks: number[], change: (scenario: Scenario) => void) {
  const arrivals: Arrival[] = adapters.map((adapter, user) => ({ arrivalNs: 0, user, adapter, prompt: 1, output: 1 }));
  return runTiny({
    arrivals,
    adapters: catalog,
    ranks,
    check: false,
    cost: servers(64, () => 1),
    scenario: (scenario) => {
      scenario.budget.max_events = 1e7;
      scenario.hardware.object_store.latency = 0;
      Object.assign(scenario.serving, { slots: 64, max_batch: 64, max_adapters_per_batch: 64 });
      Object.assign(scenario.serving.loader, { concurrency: 1 });
      change(scenario);
    },
  });
}

const seconds = (ends: { endNs: number }[]) => ends.map((f) => f.endNs / 1e9).sort((a, b) => a - b);
const median = (values: number[]) => (values[values.length / 2 - 1] + values[values.length / 2]) / 2;

describe('16 distinct misses at once behind an exclusive loader', () => {
  // A load takes 1.36 s; every sixth 0.74 s longer. Two ranks whose bytes take these times stand for the two kinds.
  const LOAD = 1.36;
  const LONG = 2.1;
  const ranks = [68, 105];
  const adapters = Array.from({ length: 16 }, (_, i) => (i === 6 || i === 12 ? 2 * i + 1 : 2 * i));
  const { log } = burst(adapters, 64, ranks, (scenario) => {
    scenario.hardware.object_store.bandwidth = adapterFootprint(scenario, 68).diskBytes / LOAD;
  });
  const expected: number[] = [];
  adapters.reduce((at, adapter) => {
    expected.push(at + (adapter % 2 === 1 ? LONG : LOAD));
    return expected[expected.length - 1];
  }, 0);

  it('end one load after the other', () => {
    seconds(log.finishedRequests).forEach((end, i) => {
      expect(Math.abs(end - expected[i])).toBeLessThan(0.001);
    });
  });

  it('reproduce the published 15th completion (21.90 s) and median wait for the lock (10.89 s) within 2%', () => {
    expect(Math.abs(seconds(log.finishedRequests)[14] / 21.9 - 1)).toBeLessThan(0.02);
    const waits = log.loads.map((load) => load.queueNs / 1e9).sort((a, b) => a - b);
    expect(Math.abs(median(waits) / 10.89 - 1)).toBeLessThan(0.02);
  });

  it('end in the same way where registration is what holds the lock, however many loads are in progress', () => {
    const { log: locked } = burst(
      Array.from({ length: 16 }, (_, i) => i),
      16,
      [8],
      (scenario) => {
        scenario.hardware.object_store.bandwidth = 1e15;
        Object.assign(scenario.serving.loader, { concurrency: 16, register: LOAD });
      },
    );
    seconds(locked.finishedRequests).forEach((end, i) => {
      expect(Math.abs(end - LOAD * (i + 1))).toBeLessThan(0.001);
    });
  });
});

it('16 requests for one missing adapter: one load, which 15 of them join', () => {
  const { log } = burst(Array(16).fill(3), 8, [8], (scenario) => {
    scenario.hardware.object_store.bandwidth = adapterFootprint(scenario, 8).diskBytes / 1.4;
  });
  expect([log.loads.length, log.joins]).toEqual([1, 15]);
  for (const end of seconds(log.finishedRequests)) expect(Math.abs(end - 1.4)).toBeLessThan(0.001);
});

it('a burst of 4 on one load in flight and a queue of one: two are served, two refused at once', () => {
  const { log, cell } = burst([0, 1, 2, 3], 8, [8], (scenario) => {
    scenario.serving.loader.queue = 1;
  });
  expect(log.finishedRequests.map((f) => f.user)).toEqual([0, 1]);
  expect(log.refusals).toEqual([
    { user: 2, state: 2, nowNs: 0 },
    { user: 3, state: 2, nowNs: 0 },
  ]);
  expect([cell.finished, cell.refused]).toEqual([2, 2]);
});

it('a packed build shrinks the steps of the staircase by exactly what a load saves', () => {
  // Stages of 1.36 s unpacked and 0.16 s packed, of which fetch and registration are the same 0.02 and 0.01 s.
  const gaps = (build: number) => {
    const { log } = burst([0, 1, 2, 3], 8, [8], (scenario) => {
      scenario.hardware.object_store.bandwidth = adapterFootprint(scenario, 8).diskBytes / 0.02;
      Object.assign(scenario.serving.loader, { build, register: 0.01 });
    });
    for (const load of log.loads)
      expect([load.fetchNs, load.buildNs, load.registerNs]).toEqual([2e7, build * 1e9, 1e7]);
    const ends = seconds(log.finishedRequests);
    return ends.slice(1).map((end, i) => end - ends[i]);
  };
  const unpacked = gaps(1.33);
  const packed = gaps(0.13);
  unpacked.forEach((gap, i) => {
    expect(Math.abs(gap / packed[i] - 1.36 / 0.16)).toBeLessThan(0.001);
  });
});

describe('a storage-cold burst of 64 requests for 56 adapters', () => {
  // 3.42 s a load: the published 190 to 193 s taken as the end of the last one.
  const LOAD = 3.42;
  const run = (catalog: number) => {
    const adapters = Array.from({ length: 64 }, (_, i) => Math.floor(((i % 56) * catalog) / 56));
    const { log } = burst(adapters, catalog, [8], (scenario) => {
      scenario.hardware.object_store.bandwidth = adapterFootprint(scenario, 8).diskBytes / LOAD;
    });
    return { ends: seconds(log.finishedRequests), loads: log.loads.length };
  };

  it('ends at 56 loads; the catalog’s size makes no difference', () => {
    const [first, ...others] = [1_000, 10_000, 100_000, 1_000_000].map(run);
    expect(first.loads).toBe(56);
    expect(Math.abs(first.ends[63] - 56 * LOAD)).toBeLessThan(0.001);
    // The 61st of 64, the strict p95, is the 53rd load: the eight shared loads come first here.
    expect(Math.abs(first.ends[60] - 53 * LOAD)).toBeLessThan(0.001);
    for (const other of others) expect(other).toEqual(first);
  });
});

it.each([
  [128, 127],
  [512, 369],
  [1_024, 486],
  [2_048, 550],
])(
  '640 uniform draws from %d adapters load as many as draws with replacement cover (published: %d)',
  (target, published) => {
    const adapters = Array.from(draws(new Float64Array(target).fill(1 / target), 640, 71));
    const { log } = burst(adapters, target, [8], (scenario) => {
      scenario.hardware.object_store.bandwidth = 1e15;
    });
    // Occupancy of urns: mean T·a with a = 1 − (1 − 1/T)ⁿ, variance T(T−1)(1−2/T)ⁿ + T(1−1/T)ⁿ − T²(1−1/T)²ⁿ.
    const empty = (1 - 1 / target) ** 640;
    const mean = target * (1 - empty);
    const variance = target * (target - 1) * (1 - 2 / target) ** 640 + target * empty - (target * empty) ** 2;
    expect(log.loads.length).toBe(new Set(adapters).size);
    expect(Math.abs(log.loads.length - mean)).toBeLessThan(4 * Math.sqrt(variance));
    expect(Math.abs(published - mean)).toBeLessThan(2.5 * Math.sqrt(variance));
  },
);
