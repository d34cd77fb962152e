import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replay } from '../../../src/run/replay.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { compareRuns, type RunsSide } from '../../../src/study/compare/compare-runs.ts';
import { storedMarks } from '../../../src/study/compare/divergence.ts';
import { type FirstEvent, nameFirstEvent, type ReplayCode } from '../../../src/study/compare/first-event.ts';
import { readStoredRun, tableOf } from '../../../src/study/compare/stored-run.ts';
import { COUPLED, run, small, temporaryFolder } from '../../run/small.ts';

const sideOf = async (scenario: Scenario, label: string): Promise<RunsSide & { folder: string }> => {
  const { folder } = await run(scenario, { out: join(temporaryFolder(), label) });
  return { label, kind: 'run', path: folder, folder, runs: [readStoredRun(folder)] };
};
const HERE: ReplayCode = { checkout: null, otherwise: 'another build' };

async function firstOf(base: RunsSide, next: RunsSide) {
  const comparison = compareRuns(base, next, { margin: 0.02 });
  await nameFirstEvent(comparison, [base, next], [HERE, HERE]);
  return comparison.divergence;
}

/** One replica, two slots, five adapters, a request every ten seconds or so: none overlaps the next. */
const alone = (eviction: string) =>
  small(
    'population.users=5',
    'population.rate=0.1/s',
    'population.popularity={law: uniform}',
    'duration=1000s',
    'hardware.replicas=1',
    'hardware.cells=1',
    'serving.slots=2',
    `serving.tiers.gpu.eviction=${eviction}`,
  );

/** Victims of the two policies, by hand: the first miss at which they differ. */
function firstDifferentVictim(adapters: readonly number[]): { at: number; lru: number; fifo: number } {
  let [used, entered] = [[] as number[], [] as number[]];
  for (const [at, adapter] of adapters.entries()) {
    const [lru, fifo] = [used.length === 2 ? used[0] : -1, entered.length === 2 ? entered[0] : -1];
    const hit = used.includes(adapter);
    if (!hit && lru !== fifo) return { at, lru, fifo };
    if (!hit) entered = [...entered.slice(-1), adapter];
    used = [...used.filter((one) => one !== adapter), adapter].slice(-2);
  }
  throw new Error('the policies never differ');
}

// Each starts several processes.
describe('the first event in which two runs differ', { timeout: 120_000 }, () => {
  it('of LRU and FIFO is the first eviction in which their victims, worked out by hand, are not the same', async () => {
    const [lru, fifo] = [await sideOf(alone('lru'), 'lru'), await sideOf(alone('fifo'), 'fifo')];
    const { columns, length } = tableOf(lru.folder, 'requests')!;
    const column = (name: string) => columns[name] as ArrayLike<number>;
    const rows = Array.from({ length }, (_, row) => row).sort(
      (a, b) => column('arrival_s')[a] - column('arrival_s')[b],
    );
    const expected = firstDifferentVictim(rows.map((row) => column('adapter')[row]));
    const [missed, after] = [rows[expected.at], rows[expected.at + 1]];
    expect(expected.at).toBeGreaterThan(2);

    const divergence = (await firstOf(lru, fifo))!;
    const first = divergence.first as FirstEvent;
    const evicted = (side: 'base' | 'new') => first[side]!.effects.filter(({ what }) => what === 'evicted');
    expect(evicted('base')).toEqual([{ what: 'evicted', tier: 3, place: 0, adapter: expected.lru }]);
    expect(evicted('new')).toEqual([{ what: 'evicted', tier: 3, place: 0, adapter: expected.fifo }]);
    expect(first.base).toEqual({ ...first.new, effects: first.base!.effects });
    expect(first.base!.ns / 1e9).toBeGreaterThanOrEqual(column('arrival_s')[missed]);
    expect(first.base!.ns / 1e9).toBeLessThan(column('arrival_s')[after]);
    // The digests of times and sources see it only when the adapter that is missing is asked for again.
    expect(divergence.events!.to_s).toBeGreaterThan(first.base!.ns / 1e9);
    expect(divergence.events!.same).toBeGreaterThan(first.index);
  });

  it('is the one that comes first in any cell, also where cells share a link', async () => {
    const [base, next] = [
      await sideOf(small(...COUPLED), 'a'),
      await sideOf(small(...COUPLED, 'serving.tiers.gpu.eviction=sieve'), 'b'),
    ];
    const { first, events } = (await firstOf(base, next))!;
    const { cell, index, base: a, new: b } = first as FirstEvent;
    expect(Math.min(a!.ns, b!.ns)).toBeLessThanOrEqual(events!.to_s * 1e9);
    // All of both runs, as one replay sees them: whatever lies before is the same in every cell.
    const all = [base, next].map(({ runs: [{ scenario }] }) => {
      const cells = [0, 1, 2, 3];
      return replay({ scenario, stopNs: Infinity, stretch: { cells, fromNs: 0, toNs: Infinity } }, null).events;
    });
    expect([all[0][cell][index], all[1][cell][index]]).toEqual([a, b]);
    const before = (side: number) => all[side].map((list) => list.filter(({ ns }) => ns < Math.min(a!.ns, b!.ns)));
    expect(before(0)).toEqual(before(1));
    expect(before(0).flat().length).toBeGreaterThan(100);
  });

  it('names what happens to revisions, and weights by adapter and revision', () => {
    const scenario = small(
      'lifecycle={updates: {law: poisson, rate: 3/min}, evaluation: {duration: 100ms}, prewarm: host}',
      'duration=5s',
    );
    const stretch = { cells: [0], fromNs: 0, toNs: Infinity };
    const events = replay({ scenario, stopNs: Infinity, stretch }, null).events[0];
    const places = new Set(events.filter(({ kind }) => kind === 'lifecycle').map(({ place }) => place));
    expect([...places]).toEqual([-1]);
    expect(events.some(({ kind }) => kind === 'prefetch')).toBe(false);
    const weights = events.flatMap(({ effects }) => effects.filter((effect) => 'adapter' in effect));
    expect(weights.some(({ revision }) => (revision as number) > 0)).toBe(true);
    const adapters = scenario.population.users / scenario.hardware.cells;
    expect(Math.max(...weights.map(({ adapter }) => adapter as number))).toBeLessThan(adapters);
  });

  it('is not named where a run is not what this build makes of its scenario', async () => {
    const [base, next] = [await sideOf(alone('lru'), 'lru'), await sideOf(alone('fifo'), 'fifo')];
    const forged = { ...next, runs: [{ ...next.runs[0], scenario: alone('sieve') }] };
    expect((await firstOf(base, forged))!.first).toEqual({ unnamed: 'another build' });
  });
});

describe('a replay', () => {
  it.each([
    ['alone', []],
    ['coupled', COUPLED],
  ] as const)('of cells that are %s has the digests of the run', async (_, changes) => {
    const { folder, runs } = await sideOf(small(...changes), 'run');
    const marks = storedMarks(folder)!;
    const replayed = replay({ scenario: runs[0].scenario, stopNs: Infinity, stretch: null }, null);
    for (const [cell, kept] of marks) {
      const found = new Map(replayed.marks[cell].map((mark) => [mark.ns, mark]));
      for (const { ns, events, digest } of kept) expect(found.get(ns)).toMatchObject({ events, digest });
    }
    // What an event did is told of that event and of no other.
    const whole = { cells: [0, 1, 2, 3], fromNs: 0, toNs: Infinity };
    const { events } = replay({ scenario: runs[0].scenario, stopNs: Infinity, stretch: whole }, null);
    const looked = events
      .flat()
      .filter(({ effects }) => effects.some(({ what }) => what === 'lookup' || what === 'refused'));
    const arrived = events.flat().filter(({ kind }) => kind === 'arrival');
    expect(looked).toEqual(arrived);
    expect(arrived.length).toBeGreaterThan(400);
    // Stopped in the middle it has the same digests up to there.
    const half = replay({ scenario: runs[0].scenario, stopNs: 10.1e9, stretch: null }, null);
    for (const [cell, list] of half.marks.entries()) {
      const last = list.pop()!;
      expect(last.ns).toBe(10.1e9);
      expect(list).toEqual(replayed.marks[cell].slice(0, list.length));
      expect(list.length).toBeGreaterThan(1000);
    }
  });
});
