import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POPULARITY } from '../../../../src/sim/population/popularity/index.ts';
import { progressionLength } from '../../../../src/sim/population/popularity/law.ts';
import { RankSampler } from '../../../../src/sim/population/popularity/rank-sampler.ts';
import { UserRates } from '../../../../src/sim/population/popularity/user-rates.ts';
import { Prng } from '../../../../src/sim/random/prng.ts';
import { chiSquare } from '../../random/statistics.ts';

function rates(name: string, params: Record<string, unknown>, users: number, total: number, cap: number): UserRates {
  return new UserRates(POPULARITY[name].create(POPULARITY[name].params.parse(params), users), users, total, cap);
}

describe('UserRates', () => {
  it('keeps the total, caps everyone, and lets the tail follow the law', () => {
    const law = fc.constantFrom<[string, Record<string, unknown>]>(
      ['zipf', { exponent: 1 }],
      ['zipf', { exponent: 1.3 }],
      ['geometric', { ratio: 1.5 }],
      ['power', { alpha: 0.3 }],
      ['uniform', {}],
      ['quantiles', {}],
    );
    const slack = fc.double({ min: 0.01, max: 2000, noNaN: true });
    fc.assert(
      fc.property(law, fc.integer({ min: 1, max: 800 }), slack, ([name, params], users, over) => {
        const total = 12;
        const cap = (total / users) * (1 + over);
        const r = rates(name, params, users, total, cap);
        const all = Array.from({ length: users }, (_, rank) => r.rate(rank));
        expect(all.reduceRight((a, b) => a + b, 0)).toBeCloseTo(total, 9);
        expect(r.sum(0, 1)).toBeCloseTo(total, 9);
        expect(all.every((rate) => rate <= cap * (1 + 1e-9))).toBe(true);
        expect(all.slice(0, r.flat).every((rate) => rate === cap)).toBe(true);
        const last = users - 1;
        if (r.flat < last && all[last] > 0) {
          expect(all[last] / all[r.flat]).toBeCloseTo(r.law.weight(last, r.flat), 9);
        }
        // One fewer at the cap would leave the next one above it.
        if (r.flat > 0) {
          const h = r.flat - 1;
          expect((total - h * cap) / r.law.sum(h, 1, h)).toBeGreaterThan(cap * (1 - 1e-9));
        }
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it('divides exactly over the cells', () => {
    for (const cap of [Number.POSITIVE_INFINITY, 0.01]) {
      const r = rates('zipf', { exponent: 1 }, 100_000, 100, cap);
      const cells = Array.from({ length: 7 }, (_, cell) => r.sum(cell, 7));
      expect(cells.reduce((a, b) => a + b)).toBeCloseTo(100, 10);
    }
  });

  it('accepts a cap at which everyone asks equally often, and refuses a lower one with what would do', () => {
    const r = rates('zipf', { exponent: 1 }, 100, 10, 0.1);
    expect(r.rate(0)).toBeCloseTo(0.1, 14);
    expect(r.rate(99)).toBeCloseTo(0.1, 14);
    expect(() => rates('zipf', { exponent: 1 }, 100, 10, 0.05)).toThrow(/100 users .* 0.05\/s .* 0.1\/s or/);
  });
});

describe('RankSampler', () => {
  // The head table alone, the head with a law's tail, a flat head longer than the table, and a uniform law beyond it.
  it.each<[string, Record<string, unknown>, number, number]>([
    ['zipf', { exponent: 1 }, 50_000, Number.POSITIVE_INFINITY],
    ['zipf', { exponent: 1 }, 1_000_000, Number.POSITIVE_INFINITY],
    ['zipf', { exponent: 0.8 }, 1_000_000, 1.2e-4],
    ['zipf', { exponent: 1.2 }, 1_000_000, 4e-4],
    ['uniform', {}, 1_000_000, Number.POSITIVE_INFINITY],
    ['power', { alpha: 0.5 }, 1_000_000, Number.POSITIVE_INFINITY],
  ])('draws ranks at their rates: %s %j, %d users, cap %d/s', (name, params, users, cap) => {
    const r = rates(name, params, users, 100, cap);
    const [first, stride] = [2, 3];
    const sampler = new RankSampler(r, first, stride);
    const random = new Prng(6, 7, 8, 9);
    const terms = progressionLength(first, stride, users);
    // Ranks one by one at the top, then in blocks that grow.
    const edges = [...Array(50).keys()];
    for (let edge = 50; edge < terms; edge = Math.ceil(edge * 1.1)) edges.push(edge);
    edges.push(terms);
    const p = edges.slice(0, -1).map((edge, i) => {
      const sum = r.sum(first + edge * stride, stride) - r.sum(first + edges[i + 1] * stride, stride);
      return sum / r.sum(first, stride);
    });
    const blockOf = new Int32Array(terms);
    for (let i = 0; i + 1 < edges.length; i++) blockOf.fill(i, edges[i], edges[i + 1]);
    const counts = new Int32Array(p.length);
    for (let i = 0; i < 500_000; i++) counts[blockOf[sampler.draw(random)]]++;
    const { statistic, limit } = chiSquare(counts, p);
    expect(statistic).toBeLessThan(limit);
  });

  it('gives the law of the whole when cells are mixed in proportion to their rates', () => {
    const users = 1000;
    const r = rates('zipf', { exponent: 1 }, users, 1, Number.POSITIVE_INFINITY);
    const cells = 4;
    const random = new Prng(1, 2, 3, 5);
    const counts = new Int32Array(users);
    for (let cell = 0; cell < cells; cell++) {
      const sampler = new RankSampler(r, cell, cells);
      const draws = Math.round(400_000 * r.sum(cell, cells));
      for (let i = 0; i < draws; i++) counts[cell + cells * sampler.draw(random)]++;
    }
    const { statistic, limit } = chiSquare(
      counts,
      Array.from({ length: users }, (_, rank) => r.rate(rank)),
    );
    expect(statistic).toBeLessThan(limit);
  });
});
