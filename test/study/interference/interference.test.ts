import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../src/metrics/facts.ts';
import { type SummaryRow, summarise } from '../../../src/metrics/summary.ts';
import { lostTime } from '../../../src/metrics/tables/cohorts.ts';
import { planMemory } from '../../../src/sim/cost/memory.ts';
import { cohortInterference, variantsOf, withoutAll } from '../../../src/study/interference/interference.ts';
import { estimates, lossesOf } from '../../../src/study/interference/loss.ts';
import { MECHANISMS } from '../../../src/study/interference/mechanisms/index.ts';
import { oldTenants, phaseScenarios } from '../../../src/study/interference/phases.ts';
import type { Outcome } from '../../../src/study/outcome.ts';
import { COUPLED, simulate, small } from '../../run/small.ts';

interface Times {
  e2el: number;
  alone: number;
  queue: number;
  wait: number;
}

function rowsOf({ e2el, alone, queue, wait }: Times, n = 100): SummaryRow[] {
  const values = {
    ...{ e2el_ms_mean: e2el, alone_ms_mean: alone, queue_ms_mean: queue, adapter_wait_ms_mean: wait },
    ...{ ttft_ms_p99: 2 * queue, tpot_ms_p99: 10, slowdown_p99: e2el / alone },
  };
  return Object.entries(values).map(([metric, value]) => ({
    ...{ metric, value, n, cohort: 'a', unit: 'ms', lo: null, hi: null },
  }));
}
const outcome = (times: Times, n?: number): Outcome => ({ seed: '', id: '', failure: null, rows: rowsOf(times, n) });
const FAILED: Outcome = { seed: '', id: '', failure: 'does not fit', rows: [] };

const BASE = { e2el: 1000, alone: 400, queue: 300, wait: 200 };

describe('time lost', () => {
  it('by hand: the parts are the whole, and the reference is that of the scenario as it stands', () => {
    expect(lossesOf(rowsOf(BASE), 'a', 400)!.measured).toMatchObject({
      ...{ lost_ms: 600, queue_ms: 300, adapter_wait_ms: 200, batching_ms: 100 },
    });
    // Alone takes 50 less here: that is won time, not time that was never lost.
    const quicker = lossesOf(rowsOf({ e2el: 800, alone: 350, queue: 300, wait: 200 }), 'a', 400)!;
    expect(quicker.measured).toMatchObject({ lost_ms: 400, batching_ms: -100 });
  });

  it('refuses means over different requests, and has none without requests', () => {
    const mixed = rowsOf(BASE).map((row) => (row.metric === 'queue_ms_mean' ? { ...row, n: 99 } : row));
    expect(() => lossesOf(mixed, 'a', 400)).toThrow(/means over 100, 99, 100 requests, the whole over 100/);
    expect(lossesOf(rowsOf(BASE), 'b', 400)).toBeNull();
  });

  it('is the breakdown of a run, a request', () => {
    const scenario = small('population.rate=60/s', 'serving.slots=3', ...COUPLED);
    const result = simulate(scenario);
    const rows = summarise(result, factsOf(scenario, planMemory(scenario).kvBlocks));
    for (const [scope, cohort] of [
      ['all', 'all'],
      [0, 'chat'],
      [1, 'agents'],
    ] as const) {
      const { whole, parts } = lostTime(result, scope);
      const seconds = Object.fromEntries(parts.map(({ part, ns }) => [part, Number(ns) / 1e6]));
      const n = rows.find((row) => row.metric === 'e2el_ms_mean' && row.cohort === cohort)!.n;
      const { measured } = lossesOf(rows, cohort, seconds.alone / n)!;
      expect(measured.lost_ms! * n).toBeCloseTo(Number(whole) / 1e6 - seconds.alone, 3);
      expect(measured.queue_ms! * n).toBeCloseTo(seconds.queue, 3);
      expect(measured.adapter_wait_ms! * n).toBeCloseTo(seconds.adapter_wait, 3);
      expect(measured.batching_ms! * n).toBeCloseTo(seconds.batching, 3);
    }
  });
});

describe('effects', () => {
  const links = { ...BASE, e2el: 900, wait: 100 };
  const kv = { ...BASE, e2el: 850, queue: 150 };
  const both = { ...BASE, e2el: 700, queue: 100, wait: 100 };

  it('by hand: with less without; what all change beyond the sum is their interaction', () => {
    const found = cohortInterference(
      'a',
      [outcome(BASE)],
      new Map([
        ['links', [outcome(links)]],
        ['kv', [outcome(kv)]],
      ]),
      [outcome(both)],
    );
    expect(found.mechanisms.links!.effect.lost_ms!.value).toBe(100);
    expect(found.mechanisms.kv!.effect.queue_ms!.value).toBe(150);
    expect(found.together!.effect.lost_ms!.value).toBe(300);
    expect(found.residual!.lost_ms!.value).toBe(50);
    expect(found.residual!.queue_ms!.value).toBe(50);
    expect(found.residual!.adapter_wait_ms!.value).toBe(0);
    // One replication has no interval.
    expect(found.residual!.lost_ms!.lo).toBeNull();
  });

  it('are paired: what replications have in common has no part in the interval', () => {
    const base = [0, 1000, 5000].map((more) => outcome({ ...BASE, e2el: 1000 + more, queue: 300 + more }));
    const off = [0, 1000, 5000].map((more) => outcome({ ...BASE, e2el: 900 + more, queue: 200 + more }));
    const { mechanisms, base: whole } = cohortInterference('a', base, new Map([['kv', off]]), null);
    expect(mechanisms.kv!.effect.lost_ms).toEqual({ value: 100, lo: 100, hi: 100 });
    expect(whole!.losses.lost_ms!.hi! - whole!.losses.lost_ms!.lo!).toBeGreaterThan(1000);
  });

  it('say so where a variant has no result, or other requests finish', () => {
    const { mechanisms } = cohortInterference(
      'a',
      [outcome(BASE)],
      new Map([
        ['kv', [FAILED]],
        ['links', [outcome(links, 120)]],
      ]),
      null,
    );
    expect(mechanisms.kv).toMatchObject({ failure: 'does not fit', effect: { lost_ms: null } });
    expect(mechanisms.links!.other_requests).toBe(true);
    expect(estimates([null])).toMatchObject({ lost_ms: null });
  });
});

describe('mechanisms', () => {
  const scenario = small();

  it('play a part only where there is one', () => {
    const keys = (...changes: string[]) => variantsOf(small(...changes), 'chat').map(({ key }) => key);
    expect(keys()).toEqual(['activation', 'links', 'loaders', 'kv', 'neighbours']);
    expect(keys('adapter.rank=[{rank: 8, share: 50%}, {rank: 64, share: 50%}]')).toContain('ranks');
    expect(keys('adapter={rank: [{rank: 8, share: 50%}, {rank: 64, share: 50%}], layout: paged-rank}')).not.toContain(
      'ranks',
    );
    expect(keys('serving.loader.discipline=private')).not.toContain('links');
    const crowd = 'population.flash_crowds=[{at: 5s, duration: 5s, cohort: agents, users: 10, rate: 5/s}]';
    expect(keys(crowd)).toContain('arrivals');
    // The asked cohort's own crowd is no neighbour.
    expect(variantsOf(small(crowd), 'agents').map(({ key }) => key)).not.toContain('arrivals');
    expect(variantsOf(scenario, 'all').map(({ key }) => key)).not.toContain('neighbours');
  });

  it('gives the KV cache what it would have without adapters', () => {
    const off = MECHANISMS.kv.off(scenario, 'chat')!;
    const none = small('serving.slots=1', 'adapter.slot_overhead=0B');
    const one = planMemory(none).slotBytes / planMemory(none).blockBytes;
    expect(planMemory(off).kvBlocks).toBeGreaterThanOrEqual(planMemory(none).kvBlocks);
    expect(planMemory(off).kvBlocks - planMemory(none).kvBlocks).toBeLessThanOrEqual(Math.ceil(one) + 1);
  });

  it('leave the asked cohort its own requests', () => {
    const alone = simulate(MECHANISMS.neighbours.off(scenario, 'chat')!);
    const together = simulate(scenario);
    const rows = (result: typeof alone) => summarise(result, factsOf(scenario, planMemory(scenario).kvBlocks));
    const value = (result: typeof alone, metric: string, cohort: string) =>
      rows(result).find((row) => row.metric === metric && row.cohort === cohort)!.value;
    expect(value(alone, 'arrivals', 'agents')).toBe(0);
    expect(value(alone, 'arrivals', 'chat')).toBe(value(together, 'arrivals', 'chat'));
    // Time alone follows from the request: equal means are equal requests.
    expect(value(alone, 'alone_ms_mean', 'chat')).toBe(value(together, 'alone_ms_mean', 'chat'));
  });

  it('can all be off at once, in every audit', () => {
    const off = withoutAll(small(...COUPLED), 'chat', ['activation', 'links', 'loaders', 'kv', 'neighbours']);
    expect(off.serving.loader).toMatchObject({ activate: 0, register: 0, discipline: 'private' });
    expect(() => simulate(off)).not.toThrow();
  });
});

describe('phases', () => {
  it('tile the time after warm-up', () => {
    const crowd = 'population.flash_crowds=[{at: 5s, duration: 5s, cohort: agents, users: 10, rate: 5/s}]';
    const cuts = phaseScenarios(small(crowd)).map(({ scenario: { warmup, duration } }) => [warmup, duration]);
    expect(cuts).toEqual([
      [2, 5],
      [5, 10],
      [10, 20],
    ]);
    expect(oldTenants(small(crowd))).toBe('chat');
    expect(oldTenants(small())).toBeNull();
  });
});
