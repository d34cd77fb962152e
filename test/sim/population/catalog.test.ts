import { describe, expect, it } from 'vitest';
import { CellCatalog } from '../../../src/sim/population/catalog.ts';
import { Partition } from '../../../src/sim/population/partition.ts';
import { chiSquare } from '../random/statistics.ts';
import { choice, type Options, scenario } from './scenario.ts';

function catalogs(options: Options): { partition: Partition; cells: CellCatalog[] } {
  const s = scenario(options);
  const partition = new Partition(s);
  return {
    partition,
    cells: Array.from({ length: s.hardware.cells }, (_, cell) => new CellCatalog(s, partition, cell)),
  };
}

describe('users', () => {
  it('have one global number each, and all of them over the cells', () => {
    const { cells } = catalogs({ cells: 4, population: { users: 1003 }, cohorts: [{ share: 0.3 }, { share: 0.7 }] });
    const numbers = cells.flatMap((cell) => Array.from({ length: cell.users }, (_, user) => cell.globalUser(user)));
    expect(numbers.sort((a, b) => a - b)).toEqual(Array.from({ length: 1003 }, (_, i) => i));
  });

  it('belong to the cohort whose range they are in', () => {
    const { cells } = catalogs({ population: { users: 100 }, cohorts: [{ share: 0.3 }, { share: 0.7 }] });
    const cohorts = Array.from({ length: 100 }, (_, user) => cells[0].cohortOfUser(user));
    expect(cohorts).toEqual([...Array(30).fill(0), ...Array(70).fill(1)]);
  });
});

describe('adapters', () => {
  it('one user may own several', () => {
    const { cells } = catalogs({ population: { users: 50, adapters_per_user: 3 } });
    expect(cells[0].adapters).toBe(150);
    const adapters = Array.from({ length: 50 }, (_, user) =>
      [0, 1, 2].map((slot) => cells[0].adapterOf(user, 0, slot)),
    );
    expect(new Set(adapters.flat()).size).toBe(150);
    for (const [user, own] of adapters.entries()) for (const a of own) expect(cells[0].userOfAdapter(a)).toBe(user);
  });

  it('are refused where their number does not fit', () => {
    expect(() => catalogs({ population: { users: 1e9, adapters_per_user: 3 } })).toThrow(/2\^31/);
  });

  it('several users of one cohort may share one, never across cohorts', () => {
    const { cells } = catalogs({
      population: { users: 25, users_per_adapter: 4 },
      cohorts: [{ share: 0.4 }, { share: 0.6 }],
    });
    // 10 users make 3 adapters, 15 make 4.
    expect(cells[0].adapters).toBe(7);
    const of = (user: number) => cells[0].adapterOf(user, cells[0].cohortOfUser(user), 0);
    expect(Array.from({ length: 25 }, (_, user) => of(user)).join('')).toBe('0000111122'.concat('333344445555666'));
    expect([0, 2, 3, 6].map((adapter) => cells[0].userOfAdapter(adapter))).toEqual([0, 8, 10, 22]);
  });
});

describe('ranks', () => {
  const mix = {
    ranks: [
      { rank: 64, share: 0.5 },
      { rank: 8, share: 0.3 },
      { rank: 16, share: 0.2 },
    ],
    assign: 'hash' as const,
  };

  it('by hash follow the shares', () => {
    const { cells } = catalogs({ ranks: mix, population: { users: 100_000 } });
    expect(cells[0].ranks).toEqual([8, 16, 64]);
    const counts = new Int32Array(3);
    for (let adapter = 0; adapter < 100_000; adapter++) counts[cells[0].rankClass(adapter)]++;
    const { statistic, limit } = chiSquare(counts, [0.3, 0.2, 0.5]);
    expect(statistic).toBeLessThan(limit);
  });

  it('interleaved rotate as listed, with shares met exactly', () => {
    const equal = [64, 32, 16, 8].map((rank) => ({ rank, share: 0.25 }));
    const rotated = catalogs({ ranks: { ranks: equal, assign: 'interleaved' } }).cells[0];
    expect(Array.from({ length: 8 }, (_, a) => rotated.ranks[rotated.rankClass(a)])).toEqual([
      64, 32, 16, 8, 64, 32, 16, 8,
    ]);
    const weighted = catalogs({ ranks: { ...mix, assign: 'interleaved' } }).cells[0];
    const ten = Array.from({ length: 10 }, (_, a) => weighted.ranks[weighted.rankClass(a)]).sort((a, b) => a - b);
    expect(ten).toEqual([8, 8, 8, 16, 16, 64, 64, 64, 64, 64]);
  });

  it('a cohort’s own mix overrides the common one', () => {
    const own = { ranks: [{ rank: 128, share: 1 }], assign: 'hash' as const };
    const { cells } = catalogs({ population: { users: 20 }, cohorts: [{}, { rank: own }] });
    expect(Array.from({ length: 20 }, (_, a) => cells[0].ranks[cells[0].rankClass(a)])).toEqual([
      ...Array(10).fill(16),
      ...Array(10).fill(128),
    ]);
  });
});

describe('mostPopular', () => {
  const cohorts = [
    { rate: 100, share: 0.5, popularity: choice('zipf', { exponent: 1 }) },
    { rate: 30, share: 0.5, popularity: choice('uniform') },
  ];

  /** Rates of all adapters of a cell, the slow way: every rank's rate to the user that holds it. */
  function ratesOf(catalog: CellCatalog, partition: Partition, cell: number, perUser: number): Float64Array {
    const rates = new Float64Array(catalog.adapters);
    for (let k = 0; k < cohorts.length; k++) {
      const map = catalog.rankMap(k)!;
      for (let rank = 0; rank < partition.users(k, cell); rank++) {
        const rate = partition.rates[k].rate(partition.firstRank(k, cell) + rank * partition.cells);
        const user = catalog.userStarts[k] + map.user(rank);
        for (let slot = 0; slot < perUser; slot++) rates[catalog.adapterOf(user, k, slot)] += rate / perUser;
      }
    }
    return rates;
  }

  it.each([
    { adapters_per_user: 1, users_per_adapter: 1, drift: choice('none') },
    { adapters_per_user: 1, users_per_adapter: 1, drift: choice('reshuffle') },
    { adapters_per_user: 3, users_per_adapter: 1 },
    { adapters_per_user: 1, users_per_adapter: 4 },
  ])('lists distinct adapters by falling rate: %j', (population) => {
    const { partition, cells } = catalogs({ cells: 2, population: { users: 400, ...population }, cohorts });
    const rates = ratesOf(cells[1], partition, 1, population.adapters_per_user);
    const top = cells[1].mostPopular(45);
    expect(new Set(top).size).toBe(45);
    const best = Array.from(rates).sort((a, b) => b - a);
    for (const [i, adapter] of top.entries()) expect(rates[adapter]).toBeCloseTo(best[i], 12);
  });

  it('lists them all at most', () => {
    const { cells } = catalogs({ population: { users: 30, adapters_per_user: 2 }, cohorts });
    expect(new Set(cells[0].mostPopular(1000)).size).toBe(60);
    expect(cells[0].mostPopular(0)).toHaveLength(0);
  });
});
