import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apportion, assignAdapters, PATTERNS } from '../../src/real/patterns.ts';
import { random } from '../../src/real/random.ts';

const countsOf = (pattern: (typeof PATTERNS)[number], n: number, pool: number, seed = 's'): number[] => {
  const counts = new Map<number, number>();
  for (const adapter of assignAdapters(pattern, n, pool, random(seed)))
    counts.set(adapter, (counts.get(adapter) ?? 0) + 1);
  return [...counts.values()].sort((a, b) => b - a);
};

describe('popularity patterns', () => {
  it('follow Punica’s definitions', () => {
    expect(countsOf('identical', 64, 64)).toEqual([64]);
    expect(countsOf('distinct', 64, 64)).toEqual(new Array(64).fill(1));
    expect(countsOf('sqrt', 64, 64)).toEqual(new Array(8).fill(8));
    expect(countsOf('sqrt', 10, 64)).toEqual([3, 3, 2, 2]);
    // Geometric: each model has 1.5 times the requests of the next, rounded.
    const skewed = countsOf('ratio-1.5', 1000, 1000);
    expect(skewed.slice(0, 4)).toEqual([333, 222, 148, 99]);
  });

  it.each([
    ['zipf-0.9', 0.9],
    ['zipf-1.2', 1.2],
  ] as const)('%s has its exponent', (pattern, exponent) => {
    const n = 400_000;
    const counts = countsOf(pattern, n, 50);
    const norm = Array.from({ length: 50 }, (_, i) => (i + 1) ** -exponent).reduce((a, b) => a + b);
    for (let i = 0; i < 50; i++) {
      const p = (i + 1) ** -exponent / norm;
      // Six standard deviations of a binomial count; neighbours in rank may swap, which sorting hides within that.
      expect(Math.abs(counts[i] - n * p)).toBeLessThan(6 * Math.sqrt(n * p) + n * p * 0.02);
    }
  });

  it('stay inside the pool, whatever the sizes', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...PATTERNS),
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        fc.string(),
        (pattern, n, pool, seed) => {
          const adapters = assignAdapters(pattern, n, pool, random(seed));
          return adapters.length === n && adapters.every((adapter) => adapter >= 0 && adapter < pool);
        },
      ),
    );
  });

  it('apportions exactly', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.array(fc.double({ min: 0.01, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 }),
        (total, weights) => {
          const counts = apportion(total, weights);
          const sum = weights.reduce((a, b) => a + b, 0);
          expect(counts.reduce((a, b) => a + b, 0)).toBe(total);
          counts.forEach((count, i) => {
            expect(Math.abs(count - (total * weights[i]) / sum)).toBeLessThan(1 + 1e-9);
          });
        },
      ),
    );
  });
});
