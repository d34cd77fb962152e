/** Revisions against renewal theory, and by hand. */
import { describe, expect, it } from 'vitest';
import { CellLifecycleRecorder } from '../../../src/metrics/lifecycle/recorder.ts';
import { lifecycleCount, mergeLifecycles } from '../../../src/metrics/lifecycle/result.ts';
import { adapterFootprint } from '../../../src/scenario/geometry.ts';
import type { Lifecycle } from '../../../src/scenario/scenario.ts';
import { UPDATES } from '../../../src/sim/lifecycle/updates/index.ts';
import { stream } from '../../../src/sim/random/streams.ts';
import { type Arrival, roundCost, runTiny, type tinyScenario } from '../engine/fixture.ts';
import { lifecycleOf, listOf } from './fixture.ts';

const fixed = (value: number) => ({ name: 'fixed', params: { value } });
const spec = (change: Partial<Lifecycle> = {}): Lifecycle => ({ ...lifecycleOf({ prewarm: false }), ...change });

/** Poisson requests of each of `adapters` users, at `rate` a second each. */
function poissonArrivals(adapters: number, rate: number, seconds: number): Arrival[] {
  const random = stream('theory', 'arrivals');
  const arrivals: Arrival[] = [];
  for (let t = random.exponential() / (rate * adapters); t < seconds; t += random.exponential() / (rate * adapters)) {
    const adapter = random.integer(adapters);
    arrivals.push({ arrivalNs: Math.round(t * 1e9), user: adapter, adapter, prompt: 1, output: 1 });
  }
  return arrivals;
}

/** A replica that keeps everything and loads it in a microsecond. */
const roomy =
  (lifecycle: Lifecycle, seconds: number, adapters = 50) =>
  (scenario: ReturnType<typeof tinyScenario>) => {
    scenario.duration = seconds;
    scenario.lifecycle = lifecycle;
    scenario.serving.slots = adapters;
    scenario.serving.max_adapters_per_batch = adapters;
    scenario.serving.tiers.host.capacity = 40_000 * adapterFootprint(scenario, 8).hostBytes;
    scenario.hardware.object_store = { ...scenario.hardware.object_store, bandwidth: 1e15, latency: 0 };
    scenario.budget.max_events = Number.POSITIVE_INFINITY;
  };

describe('a cache that is large enough', () => {
  // A request misses where an update came since the user's last one: of two Poisson processes, the update's is first with
  // probability μ/(λ + μ).
  it.each([
    [1, 0.1],
    [1, 1],
    [0.5, 2],
  ])('misses μ/(λ + μ) of the lookups at λ = %f and μ = %f', (lambda, mu) => {
    const [adapters, seconds] = [50, 400 / lambda];
    const { log } = runTiny({
      arrivals: poissonArrivals(adapters, lambda, seconds),
      adapters,
      cost: roundCost(64),
      check: false,
      scenario: roomy(spec({ updates: { name: 'poisson', params: { rate: mu } } }), seconds),
    });
    const [cold, , host, gpu] = log.lookups;
    const lookups = cold + host + gpu;
    expect(lookups).toBeGreaterThan(15_000);
    const expected = mu / (lambda + mu);
    const deviation = Math.sqrt((expected * (1 - expected)) / lookups);
    // The first request of each user misses too.
    expect(Math.abs((cold - adapters * (1 - expected)) / lookups - expected)).toBeLessThan(4 * deviation);
  });

  it('loses as many lookups as the recorder counts, and loads a revision once', () => {
    const [adapters, seconds] = [20, 300];
    const recorder = new CellLifecycleRecorder(seconds * 1e9, 0);
    const arrivals = poissonArrivals(adapters, 1, seconds);
    const { log, cell } = runTiny({
      arrivals,
      adapters,
      cost: roundCost(64),
      check: false,
      lifecycle: recorder,
      scenario: roomy(spec({ updates: { name: 'poisson', params: { rate: 0.5 } } }), seconds),
    });
    const run = mergeLifecycles([recorder.result()], 1000);
    const stale = ['measured_stale_disk', 'measured_stale_host', 'measured_stale_gpu'] as const;
    const lost = stale.reduce((sum, name) => sum + lifecycleCount(run, name), 0);
    // All but the first of each user, and but those whose last eight revisions were never asked for.
    expect(log.lookups[0] - lost).toBeGreaterThanOrEqual(adapters);
    expect(log.lookups[0] - lost).toBeLessThan(adapters + 0.01 * log.lookups[0]);
    expect(lifecycleCount(run, 'stale_loads')).toBe(lost);
    // Revisions that a request got, and what adapters began with where a request came before the first revision.
    const r = cell.parts.lifecycle!.revisions;
    const served = r.servedNs.subarray(0, r.count).filter((ns) => ns >= 0).length;
    const firstReady = (adapter: number) =>
      Math.min(...r.readyNs.subarray(0, r.count).filter((ns, n) => r.adapter[n] === adapter && ns >= 0));
    const seen = new Set(arrivals.filter((a) => a.arrivalNs < firstReady(a.adapter)).map(({ adapter }) => adapter));
    expect(log.loads.length).toBe(served + seen.size);
  });
});

describe('by hand', () => {
  const ms = 1e6;
  const at = (arrivalNs: number, adapter = 0, output = 1): Arrival => ({
    arrivalNs,
    user: adapter,
    adapter,
    prompt: 1,
    output,
  });
  const run = (arrivals: Arrival[], lifecycle: Lifecycle, wishes: { ns: number; adapter: number }[], adapters = 2) => {
    const recorder = new CellLifecycleRecorder(1e9, 0);
    const result = runTiny({
      arrivals,
      adapters,
      cost: roundCost(64),
      updates: listOf(wishes),
      lifecycle: recorder,
      scenario: (scenario) => {
        scenario.duration = 1;
        scenario.lifecycle = lifecycle;
        scenario.serving.tiers.host.capacity = 100 * adapterFootprint(scenario, 8).hostBytes;
        scenario.hardware.object_store = { ...scenario.hardware.object_store, bandwidth: 1e15, latency: 0.001 };
      },
    });
    return { ...result, life: mergeLifecycles([recorder.result()], 1000) };
  };

  it('a request in flight finishes on what it began with, the next one loads the new revision', () => {
    // Registered at 10 + 5 ms, ready 3 ms later; a long answer spans it.
    const lifecycle = spec({ training: fixed(0.005), evaluation: { duration: fixed(0.003), pass: 1 } });
    const { log, life, cell } = run([at(0), at(9 * ms, 0, 20_000), at(17 * ms), at(18 * ms)], lifecycle, [
      { ns: 10 * ms, adapter: 0 },
    ]);
    const { revisions } = cell.parts.lifecycle!;
    expect([revisions.registeredNs[0], revisions.readyNs[0]]).toEqual([15 * ms, 18 * ms]);
    // Cold, then on the GPU, still the old one, then cold again.
    expect(log.lookups).toEqual([2, 0, 0, 2]);
    expect(lifecycleCount(life, 'measured_behind')).toBe(1);
    expect(lifecycleCount(life, 'measured_stale_gpu')).toBe(1);
    expect([lifecycleCount(life, 'measured_served'), lifecycleCount(life, 'measured_served_latest')]).toEqual([4, 3]);
    expect(revisions.servedNs[0]).toBeGreaterThan(19 * ms);
  });

  it('a rollback finds the revision before where it was', () => {
    const lifecycle = spec({ rollback: { share: 1, after: fixed(0.02) } });
    const { log, life } = run([at(0), at(15 * ms), at(40 * ms)], lifecycle, [{ ns: 10 * ms, adapter: 0 }]);
    expect(log.lookups).toEqual([2, 0, 0, 1]);
    expect(lifecycleCount(life, 'rolled_back')).toBe(1);
  });

  it('prewarming costs the load and no request', () => {
    const { log, life, cell } = run([at(0), at(20 * ms)], spec({ prewarm: 'host' }), [
      { ns: 10 * ms, adapter: 0 },
      { ns: 10 * ms, adapter: 1 },
    ]);
    expect(log.lookups).toEqual([1, 0, 1, 0]);
    expect(log.loads.length).toBe(2);
    // Nobody holds adapter 1: nothing to prewarm, ready at once. The other waits for its load of a millisecond and a transfer.
    expect(lifecycleCount(life, 'prewarms_host')).toBe(1);
    const { readyNs } = cell.parts.lifecycle!.revisions;
    expect([readyNs[0] >= 11 * ms, readyNs[1]]).toEqual([true, 10 * ms]);
  });

  it('two that are prewarmed through room for one are ready one after the other', () => {
    const { cell } = runTiny({
      arrivals: [at(0), at(5 * ms, 1)],
      adapters: 2,
      cost: roundCost(64),
      updates: listOf([0, 1].map((adapter) => ({ ns: 10 * ms, adapter }))),
      scenario: (scenario) => {
        scenario.duration = 1;
        scenario.lifecycle = spec({ prewarm: 'host' });
        scenario.serving.slots = 2;
        scenario.serving.tiers.host.capacity = adapterFootprint(scenario, 8).hostBytes;
        scenario.hardware.object_store = { ...scenario.hardware.object_store, bandwidth: 1e15, latency: 0.001 };
      },
    });
    const { readyNs } = cell.parts.lifecycle!.revisions;
    expect(Math.abs(readyNs[0] - 11 * ms)).toBeLessThan(0.2 * ms);
    expect(Math.abs(readyNs[1] - 12 * ms)).toBeLessThan(0.2 * ms);
  });

  it('a record has one writer', () => {
    const { life } = run(
      [at(0)],
      spec({ training: fixed(0.1) }),
      [0, 50, 99, 101].map((t) => ({ ns: t * ms, adapter: 0 })),
    );
    expect(['asked', 'refused', 'registered'].map((name) => lifecycleCount(life, name as 'asked'))).toEqual([4, 2, 2]);
  });

  it('after a base upgrade the base alone serves, until one adapter after the other is ready', () => {
    const upgrade = { at: 0.1, rate: 10, order: 'popular' as const };
    const { log, life, cell } = run(
      [at(0), at(50 * ms, 1), at(150 * ms, 0), at(250 * ms, 0), at(250 * ms, 1), at(350 * ms, 1)],
      spec({ updates: { name: 'none', params: {} }, base_upgrade: upgrade }),
      [],
    );
    expect(Array.from(cell.parts.lifecycle!.revisions.readyNs.subarray(0, 2))).toEqual([200 * ms, 300 * ms]);
    expect(lifecycleCount(life, 'measured_without_adapter')).toBe(2);
    // The two that arrive together: the base alone answers before the adapter of the other is loaded.
    expect(log.finishedRequests.map(({ adapter }) => adapter)).toEqual([0, 1, -1, -1, 0, 1]);
    expect(log.lookups[0]).toBe(4);
  });

  it('what is in flight while the base is replaced was overtaken', () => {
    const { life } = run(
      [at(50 * ms), at(95 * ms, 1, 20_000)],
      spec({ updates: { name: 'none', params: {} }, base_upgrade: { at: 0.1, rate: 1, order: 'popular' } }),
      [],
    );
    expect([lifecycleCount(life, 'measured_served'), lifecycleCount(life, 'measured_served_latest')]).toEqual([2, 1]);
  });

  it('a bad revision that was superseded is found bad when a rollback brings it back', () => {
    const { cell } = runTiny({
      arrivals: [at(0)],
      adapters: 1,
      updates: listOf([0, 20].map((t) => ({ ns: t * ms, adapter: 0 }))),
      fate: { trainingNs: () => 0, evaluationNs: () => 0, passes: () => true, rollbackNs: () => 30 * ms },
      scenario: (scenario) => {
        scenario.duration = 1;
        scenario.lifecycle = spec({ updates: { name: 'poisson', params: { rate: 1 } } });
      },
    });
    const { state, endedNs } = cell.parts.lifecycle!.revisions;
    // In use from 0 to 20 ms and, the second being rolled back, from 50 ms on: 30 ms of use are over at 60 ms.
    expect([state[0], state[1], endedNs[1], endedNs[0]]).toEqual([5, 5, 50 * ms, 60 * ms]);
  });

  it('an upgrade drops what is under way, tries again what fails, and refuses to train for the old base', () => {
    const fates = { passes: (adapter: number, number: number) => adapter !== 1 || number > 1 };
    const lifecycle = spec({ training: fixed(0.2), base_upgrade: { at: 0.1, rate: 100, order: 'popular' } });
    const recorder = new CellLifecycleRecorder(1e9, 0);
    const { cell } = runTiny({
      arrivals: [at(0)],
      adapters: 3,
      lifecycle: recorder,
      updates: listOf([
        { ns: 50 * ms, adapter: 0 },
        { ns: 105 * ms, adapter: 2 },
      ]),
      fate: { trainingNs: () => 200 * ms, evaluationNs: () => 0, rollbackNs: () => Infinity, ...fates },
      scenario: (scenario) => {
        scenario.duration = 1;
        scenario.lifecycle = lifecycle;
      },
    });
    const r = cell.parts.lifecycle!.revisions;
    const rows = Array.from({ length: r.count }, (_, n) => [r.adapter[n], r.state[n], Math.round(r.startedNs[n] / ms)]);
    // Under way when the base was replaced; then 0, 1 (fails) and 2, 10 ms apart, and 1 again.
    expect(rows).toEqual([
      [0, 7, 50],
      [0, 3, 110],
      [1, 6, 120],
      [2, 3, 130],
      [1, 3, 140],
    ]);
    const life = mergeLifecycles([recorder.result()], 10);
    expect([lifecycleCount(life, 'refused'), lifecycleCount(life, 'obsolete')]).toEqual([1, 1]);
  });
});

describe('laws of updates', () => {
  const context = (adapters: number) => ({ adapters, random: stream('laws', 'updates'), key: 7 });
  const create = (name: string, params: object, adapters: number) =>
    UPDATES[name].create(UPDATES[name].params.parse(params), context(adapters));

  it('periodic has every adapter once a period, inside its window', () => {
    const law = create('periodic', { period: 100, at: 20, window: 10 }, 40);
    for (let round = 0; round < 3; round++) {
      const seen = new Set<number>();
      for (let i = 0; i < 40; i++) {
        const t = law.nextNs / 1e9 - 100 * round;
        expect(t).toBeGreaterThanOrEqual(20);
        expect(t).toBeLessThan(30);
        seen.add(law.adapter);
        law.advance();
      }
      expect(seen.size).toBe(40);
    }
  });

  it('poisson comes at its rate, to every adapter alike', () => {
    const law = create('poisson', { rate: 0.01 }, 100);
    const counts = new Int32Array(100);
    for (let i = 0; i < 20_000; i++) {
      counts[law.adapter]++;
      law.advance();
    }
    expect(law.nextNs / 1e9 / 20_000).toBeCloseTo(1, 1);
    expect(Math.min(...counts)).toBeGreaterThan(130);
    expect(Math.max(...counts)).toBeLessThan(270);
  });

  it('interaction gathers until it is taken', () => {
    const requests = create('requests', { requests: 3 }, 2);
    expect([1, 2, 3, 4].map(() => requests.served(0, 10))).toEqual([false, false, true, true]);
    requests.taken(0);
    expect(requests.served(0, 10)).toBe(false);
    expect(requests.served(1, 10)).toBe(false);
    const tokens = create('tokens', { tokens: 100 }, 1);
    expect([60, 60].map((n) => tokens.served(0, n))).toEqual([false, true]);
  });

  it.each(Object.keys(UPDATES))('%s is finite, in order, and inside the catalog', (name) => {
    const law = create(name, {}, 7);
    for (let i = 0, last = 0; i < 100 && law.nextNs < Infinity; i++) {
      expect(Number.isInteger(law.nextNs) && law.nextNs >= last).toBe(true);
      expect(law.adapter >= 0 && law.adapter < 7).toBe(true);
      last = law.nextNs;
      law.advance();
    }
  });
});
