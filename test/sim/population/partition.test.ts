import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportion, Partition } from '../../../src/sim/population/partition.ts';
import { choice, scenario } from './scenario.ts';

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('apportion', () => {
  it('gives whole parts that add up, each within one of its quota', () => {
    const weights = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(fc.nat(1_000_000), weights, (total, w) => {
        const parts = apportion(total, w);
        expect(sum(parts)).toBe(total);
        const all = sum(w);
        if (all < 1e-6) return;
        parts.forEach((part, i) => {
          expect(Number.isInteger(part) && part >= 0).toBe(true);
          expect(Math.abs(part - (total * w[i]) / all)).toBeLessThan(1 + 1e-6);
        });
      }),
      { seed: 7 },
    );
  });

  it('is exact where the quotas are whole, whatever the rounding of the shares', () => {
    expect([...apportion(10, [0.1, 0.2, 0.7])]).toEqual([1, 2, 7]);
    expect([...apportion(100_000_000, [0.3, 0.3, 0.4])]).toEqual([30_000_000, 30_000_000, 40_000_000]);
    expect([...apportion(3, [1, 1])]).toEqual([2, 1]);
    expect([...apportion(5, [0, 0])]).toEqual([5, 0]);
  });
});

describe('Partition', () => {
  const arbitrary = fc.record({
    users: fc.integer({ min: 1, max: 5000 }),
    cells: fc.integer({ min: 1, max: 12 }),
    shares: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 }),
    exponent: fc.constantFrom(0, 0.7, 1, 1.5),
  });

  it('places every user in one cell and one cohort, and loses no rate', () => {
    fc.assert(
      fc.property(arbitrary, ({ users, cells, shares, exponent }) => {
        const partition = new Partition(
          scenario({
            cells,
            population: { users },
            cohorts: shares.map((share) => ({
              share: share / sum(shares),
              rate: 10 * share,
              popularity: choice('zipf', { exponent }),
            })),
          }),
        );
        expect(sum(partition.sizes)).toBe(users);
        shares.forEach((share, k) => {
          const cellsOf = Array.from({ length: cells }, (_, cell) => cell);
          expect(sum(cellsOf.map((cell) => partition.users(k, cell)))).toBe(partition.sizes[k]);
          expect(sum(cellsOf.map((cell) => partition.rate(k, cell)))).toBeCloseTo(
            partition.sizes[k] > 0 ? 10 * share : 0,
            9,
          );
        });
      }),
      { seed: 8 },
    );
  });

  it('puts the most popular users of different cohorts into different cells', () => {
    const partition = new Partition(scenario({ cells: 3, cohorts: [{}, {}, {}] }));
    const homes = [0, 1, 2].map((k) => [0, 1, 2].findIndex((cell) => partition.firstRank(k, cell) === 0));
    expect(new Set(homes).size).toBe(3);
  });
});
