/** Closed loops, bursts and traces. */
import { describe, expect, it } from 'vitest';
import { createPopulation } from '../../../../src/sim/population/population.ts';
import { chiSquare, zScore } from '../../random/statistics.ts';
import { choice, type Options, scenario } from '../scenario.ts';
import { type Arrival, read } from './read.ts';

const cellsOf = (options: Options, trace: Parameters<typeof createPopulation>[2] = null) => {
  const s = scenario(options);
  return Array.from({ length: s.hardware.cells }, (_, cell) => createPopulation(s, cell, trace));
};

describe('closed loop', () => {
  const options = (params: Record<string, unknown>): Options => ({
    duration: 5000,
    population: { users: 200, arrivals: choice('closed', params) },
    cohorts: [{ rate: 3 }, { rate: 1 }],
  });

  it('has never more requests in flight than clients, and obeys the interactive response-time law', () => {
    const { source } = createPopulation(scenario(options({ clients: 20, think_time: 4 })), 0);
    const arrivals = read(source, () => 1e9);
    const events = arrivals.flatMap((a) => [
      { ns: a.ns, step: 1 },
      { ns: a.ns + 1e9, step: -1 },
    ]);
    events.sort((a, b) => a.ns - b.ns || a.step - b.step);
    let inFlight = 0;
    expect(Math.max(...events.map((e) => (inFlight += e.step)))).toBeLessThanOrEqual(20);
    // X = N/(Z + R) = 20/(4 + 1); each client is a renewal process with cv 4/5.
    expect(Math.abs(zScore(arrivals.length, 20_000, 0.8 * Math.sqrt(20_000), 1))).toBeLessThan(4.9);
    const share = arrivals.filter((a) => a.cohort === 0).length / arrivals.length;
    expect(Math.abs(zScore(share, 0.75, Math.sqrt(0.75 * 0.25), arrivals.length))).toBeLessThan(4.9);
  });

  it('without think time asks again at once', () => {
    const { source } = createPopulation(scenario(options({ clients: 2, think_time: 0 })), 0);
    const times = read(source, () => 3e9, 8).map((a) => a.ns / 1e9);
    expect(times).toEqual([0, 0, 3, 3, 6, 6, 9, 9]);
  });

  it('asks for the same things whatever the service times are', () => {
    const what = (serviceNs: (a: Arrival) => number) =>
      read(createPopulation(scenario(options({ clients: 5, think_time: 2 })), 0).source, serviceNs, 500).map(
        ({ user, cohort, prompt, output }) => [user, cohort, prompt, output],
      );
    expect(what(() => 1e9)).toEqual(what((a) => a.output * 1e8));
  });

  it('splits its clients over the cells', () => {
    const cells = cellsOf({ ...options({ clients: 11, think_time: 0 }), cells: 3 });
    const first = cells.map(({ source }) => read(source).length);
    expect(first.reduce((a, b) => a + b)).toBe(11);
    expect(Math.min(...first)).toBeGreaterThan(0);
  });

  it('refuses flash crowds, which could not be told from its clients', () => {
    const s = scenario(options({}));
    s.population.flash_crowds = [{ at: 0, duration: 1, cohort: null, users: 1, rate: 1 }];
    expect(() => createPopulation(s, 0)).toThrow(/flash crowds .* closed/);
  });
});

describe('burst', () => {
  const burst = (params: Record<string, unknown>, more: Options = {}) =>
    cellsOf({
      cells: 3,
      ...more,
      population: { users: 60, arrivals: choice('burst', params), ...more.population },
    }).map((p) => read(p.source).map((a) => ({ ...a, global: p.catalog.globalUser(a.user) })));

  it.each(['popularity', 'uniform', 'distinct', 'same'])(
    '%s: all requests at t = 0, none lost over the cells',
    (adapters) => {
      const all = burst({ requests: 50, adapters }).flat();
      expect(all).toHaveLength(50);
      expect(all.every((a) => a.ns === 0 && a.turn === 0 && a.prompt >= 1 && a.output >= 1)).toBe(true);
    },
  );

  it('distinct: no adapter twice, up to all of them, and no further', () => {
    expect(
      new Set(
        burst({ requests: 60, adapters: 'distinct' })
          .flat()
          .map((a) => a.global),
      ).size,
    ).toBe(60);
    expect(() => burst({ requests: 61, adapters: 'distinct' })).toThrow(/61 distinct adapters .* has 60/);
  });

  it('same: one adapter, in one cell', () => {
    const all = burst({ requests: 40, adapters: 'same' });
    expect(all.map((cell) => cell.length)).toEqual([40, 0, 0]);
    expect(new Set(all[0].map((a) => a.adapter)).size).toBe(1);
  });

  it('uniform: with replacement', () => {
    const counts = new Int32Array(60);
    for (const a of burst({ requests: 12_000, adapters: 'uniform' }).flat()) counts[a.global]++;
    const { statistic, limit } = chiSquare(counts, Array(60).fill(1 / 60));
    expect(statistic).toBeLessThan(limit);
  });

  it('popularity: by the law', () => {
    const all = burst({ requests: 20_000 }, { cells: 1 })[0];
    const most = createPopulation(scenario({ population: { users: 60 } }), 0).catalog.mostPopular(60);
    const place = new Map(Array.from(most, (adapter, rank) => [adapter, rank]));
    const counts = new Int32Array(60);
    for (const a of all) counts[place.get(a.adapter)!]++;
    const harmonic = Array.from(counts).reduce((sum, _, i) => sum + 1 / (i + 1), 0);
    const p = Float64Array.from(counts, (_, i) => 1 / (i + 1) / harmonic);
    const { statistic, limit } = chiSquare(counts, p);
    expect(statistic).toBeLessThan(limit);
  });

  it('uses every one of a user’s adapters when distinct', () => {
    const all = burst({ requests: 120, adapters: 'distinct' }, { population: { adapters_per_user: 2 } });
    expect(all.map((cell) => new Set(cell.map((a) => a.adapter)).size)).toEqual([40, 40, 40]);
  });
});

describe('trace', () => {
  const rows = 3000;
  const trace = {
    arrivalNs: Float64Array.from({ length: rows }, (_, i) => i * 1e8),
    promptTokens: Int32Array.from({ length: rows }, (_, i) => 1 + i),
    outputTokens: Int32Array.from({ length: rows }, (_, i) => 1 + (i % 7)),
    skipped: 0,
  };
  const replay = (params: Record<string, unknown>, cells = 1, duration = 10_000) =>
    cellsOf(
      {
        cells,
        duration,
        population: { users: 1000, arrivals: choice('trace', { file: 'x', ...params }) },
        cohorts: [
          {
            rate: 3,
            sessions: { turns: choice('fixed', { tokens: 5 }), think_time: choice('fixed'), carry_context: true },
          },
          { rate: 1 },
        ],
      },
      trace,
    ).map(({ source }) => read(source, () => 1e9));

  it('replays every row once, with its time and lengths, in whatever number of cells', () => {
    for (const cells of [1, 3, 8]) {
      const all = replay({}, cells).flat();
      all.sort((a, b) => a.prompt - b.prompt);
      expect(all.map((a) => a.prompt)).toEqual(Array.from(trace.promptTokens));
      expect(all.every((a, i) => a.ns === trace.arrivalNs[i] && a.output === trace.outputTokens[i])).toBe(true);
    }
  });

  it('deals the rows to cohorts and cells in proportion to their rates', () => {
    const counts = replay({ repeat: 10 }, 2).map((cell) =>
      [0, 1].map((k) => cell.filter((a) => a.cohort === k).length),
    );
    const s = scenario({ cells: 2, population: { users: 1000 }, cohorts: [{ rate: 3 }, { rate: 1 }] });
    const p = [0, 1].flatMap((cell) => [...createPopulation(s, cell).cohortRates].map((rate) => rate / 4));
    const { statistic, limit } = chiSquare(counts.flat(), p);
    expect(statistic).toBeLessThan(limit);
  });

  it('speeds up, limits, repeats end to end, and stops at the end of the run', () => {
    const fast = replay({ speedup: 4, limit: 10, repeat: 2 })[0];
    expect(fast.map((a) => a.ns / 1e6)).toEqual(Array.from({ length: 20 }, (_, i) => 25 * i));
    expect(fast.slice(10).map((a) => a.prompt)).toEqual(fast.slice(0, 10).map((a) => a.prompt));
    expect(replay({}, 1, 10)[0]).toHaveLength(100);
    expect(replay({ limit: 1 })[0]).toHaveLength(1);
  });

  it('needs its rows', () => {
    const s = scenario({ population: { arrivals: choice('trace', { file: 'x' }) } });
    expect(() => createPopulation(s, 0)).toThrow(/trace/);
  });
});
