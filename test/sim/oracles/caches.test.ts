/**
 * The tiers inside the engine under independent Zipf requests: exactly a plain LRU list, and Che's approximation of it (Che,
 * Tung and Wang, IEEE JSAC 20(7), 2002); and under every other policy exactly a replay against that policy alone. Requests are too
 * far apart to overlap, so no pin or load in flight disturbs the order.
 */
import { describe, expect, it } from 'vitest';
import type { Choice } from '../../../src/scenario/family.ts';
import { adapterFootprint } from '../../../src/scenario/geometry.ts';
import { adapterCosts } from '../../../src/sim/assembly/adapter-costs.ts';
import { EVICTION } from '../../../src/sim/residency/eviction/index.ts';
import { type ReplayWeights, replay } from '../../../src/sim/residency/replay.ts';
import { runTiny } from '../engine/fixture.ts';
import { draws, zipf } from '../residency/traces.ts';

const ADAPTERS = 2_000;
const REQUESTS = 40_000;
const GAP_NS = 1e8;

/** One request after another, each long over when the next comes. */
const apart = (keys: Int32Array) =>
  Array.from(keys, (adapter, user) => ({ arrivalNs: user * GAP_NS, user, adapter, prompt: 1, output: 1 }));

function plainLru(keys: Int32Array, capacity: number): boolean[] {
  const entries = new Set<number>();
  return Array.from(keys, (key) => {
    const hit = entries.delete(key);
    entries.add(key);
    if (entries.size > capacity) entries.delete(entries.values().next().value!);
    return hit;
  });
}

/** Σ p(1 − e^(−pT)) with T such that Σ (1 − e^(−pT)) = capacity. */
function che(p: Float64Array, capacity: number): number {
  const occupied = (time: number) => p.reduce((sum, pi) => sum - Math.expm1(-pi * time), 0);
  let low = 0;
  let high = 1e9;
  for (let i = 0; i < 100; i++) {
    const middle = (low + high) / 2;
    if (occupied(middle) < capacity) low = middle;
    else high = middle;
  }
  return p.reduce((sum, pi) => sum - pi * Math.expm1(-pi * low), 0);
}

describe('host memory under every policy', () => {
  const keys = draws(zipf(ADAPTERS, 0.9), 12_000, 59);
  const arrivals = apart(keys);
  // Not `random`: its draws are not the replay's.
  it.each(Object.keys(EVICTION).filter((name) => name !== 'random'))(
    'misses as often as a replay of the same requests: %s',
    (name) => {
      let weights: ReplayWeights | undefined;
      const { log } = runTiny({
        arrivals,
        adapters: ADAPTERS,
        check: false,
        scenario: (scenario) => {
          scenario.duration = (keys.length * GAP_NS) / 1e9;
          scenario.budget.max_events = 1e8;
          scenario.hardware.node.disk = { capacity: 1e12, bandwidth: 1e9, latency: 0 };
          // One slot, or GPUs would still hold what host memory has dropped.
          scenario.serving.slots = 1;
          scenario.serving.tiers.host.capacity = 200 * adapterFootprint(scenario, 8).hostBytes;
          scenario.serving.tiers.host.eviction = { name, params: EVICTION[name].params.parse({}) as Choice['params'] };
          const { hostBytes: sizes, lostFromHost: costs } = adapterCosts(scenario, 1);
          weights = { classes: new Uint8Array(keys.length), sizes, costs };
        },
      });
      const misses = log.finishedRequests.filter(({ tier }) => tier < 2).length;
      const capacity = 200 * weights!.sizes[0];
      expect(misses).toBe(replay(name, { keys, universe: ADAPTERS, weights }, { capacity }).misses);
    },
  );
});

describe.each([
  [0.8, 20, 300, 800],
  [1.1, 8, 64, 400],
])('Zipf(%d): %d GPU slots, %d adapters in host memory, %d on disk', (alpha, slots, host, disk) => {
  const p = zipf(ADAPTERS, alpha);
  const keys = draws(p, REQUESTS, 53);
  const arrivals = apart(keys);
  const { log } = runTiny({
    arrivals,
    adapters: ADAPTERS,
    check: false,
    scenario: (scenario) => {
      const { hostBytes, diskBytes } = adapterFootprint(scenario, 8);
      scenario.duration = (REQUESTS * GAP_NS) / 1e9;
      scenario.budget.max_events = 1e8;
      scenario.hardware.node.disk = { capacity: 1e12, bandwidth: 1e9, latency: 0 };
      scenario.serving.slots = slots;
      scenario.serving.tiers.host.capacity = host * hostBytes;
      scenario.serving.tiers.disk.capacity = disk * diskBytes;
    },
  });
  const tiers = log.finishedRequests.map((f) => f.tier);

  it('GPU and host memory hit exactly where an LRU list hits', () => {
    const gpuHits = plainLru(keys, slots);
    // Host memory sees every request, GPU hits included, so it holds what the slots hold (LRU is a stack algorithm).
    const hostHits = plainLru(keys, host);
    expect(tiers.map((tier) => tier === 3)).toEqual(gpuHits);
    expect(tiers.map((tier) => tier >= 2)).toEqual(hostHits);
    // The disk sees the misses of host memory, and keeps what comes from the object store.
    const misses = keys.filter((_, i) => !hostHits[i]);
    const diskHits = plainLru(misses, disk);
    expect(tiers.filter((tier) => tier < 2).map((tier) => tier === 1)).toEqual(diskHits);
  });

  it.each([
    ['GPU slots', 3, slots],
    ['host memory', 2, host],
  ])('%s follow Che’s approximation', (_name, tier, capacity) => {
    const warm = tiers.slice(REQUESTS / 4);
    const ratio = warm.filter((t) => t >= tier).length / warm.length;
    const expected = che(p, capacity);
    // 4 standard errors of a share of 30,000 nearly independent requests, and 0.004 for the approximation itself.
    expect(Math.abs(ratio - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / warm.length) + 0.004);
  });
});
