import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AliasTable } from '../../../src/sim/random/alias.ts';
import { Prng } from '../../../src/sim/random/prng.ts';
import { chiSquare } from './statistics.ts';

describe('AliasTable', () => {
  it('holds exactly the probabilities of its weights', () => {
    const weight = fc.oneof(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.constant(0), fc.constant(1e-12));
    fc.assert(
      fc.property(fc.array(weight, { minLength: 1, maxLength: 200 }), (weights) => {
        const total = weights.reduce((a, b) => a + b, 0);
        fc.pre(total > 0);
        const probabilities = new AliasTable(weights).probabilities();
        const errors = probabilities.map((p, i) => Math.abs(p - weights[i] / total));
        expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThan(1e-12);
      }),
      { seed: 3 },
    );
  });

  it('keeps small probabilities in a large table', () => {
    const n = 65_536;
    const weights = Float64Array.from({ length: n }, (_, i) => (i + 1) ** -1.5);
    const total = weights.reduce((a, b) => a + b, 0);
    const probabilities = new AliasTable(weights).probabilities();
    const errors = probabilities.map((p, i) => Math.abs(p - weights[i] / total));
    expect(errors.reduce((a, b) => Math.max(a, b))).toBeLessThan(1e-14);
  });

  it.each(['draw', 'draw32'] as const)('%s draws with those probabilities', (method) => {
    const weights = [1, 0, 5, 0.01, 2, 7, 1e-9, 3];
    const table = new AliasTable(weights);
    const random = new Prng(1, 2, 3, 4);
    const counts = new Int32Array(weights.length);
    for (let i = 0; i < 2_000_000; i++) counts[table[method](random)]++;
    const total = weights.reduce((a, b) => a + b, 0);
    const { statistic, limit } = chiSquare(
      counts,
      weights.map((w) => w / total),
    );
    expect(statistic).toBeLessThan(limit);
    expect(counts[1]).toBe(0);
  });

  it('draws the one outcome of a table of one', () => {
    expect(new AliasTable([3]).draw(new Prng(1, 2, 3, 4))).toBe(0);
  });

  it('refuses weights that are no weights', () => {
    expect(() => new AliasTable([1, -1])).toThrow(/weight 1 .* -1/);
    expect(() => new AliasTable([Number.NaN])).toThrow(/NaN/);
    expect(() => new AliasTable([0, 0])).toThrow(/positive/);
  });
});
