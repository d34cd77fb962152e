/** Every popularity law against its own weights: exact sums over progressions, and draws against the probabilities. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { POPULARITY } from '../../../../src/sim/population/popularity/index.ts';
import { type PopularityLaw, progressionLength } from '../../../../src/sim/population/popularity/law.ts';
import { powerIntegral, zetaSum } from '../../../../src/sim/population/popularity/power-sum.ts';
import { Prng } from '../../../../src/sim/random/prng.ts';
import { chiSquare } from '../../random/statistics.ts';

const LAWS: [string, Record<string, unknown>][] = [
  ['zipf', { exponent: 0 }],
  ['zipf', { exponent: 0.5 }],
  ['zipf', { exponent: 0.9999999 }],
  ['zipf', { exponent: 1 }],
  ['zipf', { exponent: 1.2 }],
  ['zipf', { exponent: 3 }],
  ['zipf-mandelbrot', { exponent: 1, offset: 0 }],
  ['zipf-mandelbrot', { exponent: 1.1, offset: 25.5 }],
  ['uniform', {}],
  ['power', { alpha: 0.1 }],
  ['power', { alpha: 0.8 }],
  ['power', { alpha: 1 }],
  ['power', { alpha: 2.5 }],
  ['geometric', { ratio: 1.5 }],
  ['geometric', { ratio: 1.001 }],
  ['geometric', { ratio: 1 }],
  ['quantiles', {}],
  [
    'quantiles',
    {
      points: [
        { users: 0.013, requests: 0.4 },
        { users: 0.17, requests: 1 },
      ],
    },
  ],
];

function law(name: string, params: Record<string, unknown>, users: number): PopularityLaw {
  return POPULARITY[name].create(POPULARITY[name].params.parse(params), users);
}

/** Weights of a progression, one by one. */
function weights(l: PopularityLaw, first: number, stride: number): number[] {
  return Array.from({ length: progressionLength(first, stride, l.support) }, (_, j) => l.weight(first + j * stride, 0));
}

describe.each(LAWS)('%s %j', (name, params) => {
  it('sums any progression to what its weights add up to', () => {
    const arbitrary = fc.record({
      users: fc.integer({ min: 1, max: 3000 }),
      stride: fc.integer({ min: 1, max: 40 }),
      first: fc.nat(3100),
      base: fc.nat(400),
    });
    fc.assert(
      fc.property(arbitrary, ({ users, stride, first, base }) => {
        const l = law(name, params, users);
        fc.pre(base < l.support && l.weight(base, 0) > 0);
        const plain = weights(l, first, stride).reduceRight((a, b) => a + b, 0) / l.weight(base, 0);
        const sum = l.sum(first, stride, base);
        expect(Math.abs(sum - plain)).toBeLessThanOrEqual(1e-11 * plain + 1e-300);
      }),
      { seed: 4, numRuns: 200 },
    );
  });

  it('has non-increasing weights, 1 at the base, 0 beyond the support', () => {
    const l = law(name, params, 1000);
    const all = Array.from({ length: 1000 }, (_, rank) => l.weight(rank, 0));
    expect(all[0]).toBe(1);
    expect(all.every((w, i) => i === 0 || w <= all[i - 1] * (1 + 1e-12))).toBe(true);
    expect(l.weight(l.support, 0)).toBe(0);
    expect(l.support === 1000 || all[l.support] === 0).toBe(true);
  });

  it.each([
    [300, 0, 1],
    [300, 3, 8],
    [1, 0, 1],
    [2, 1, 2],
    [40, 7, 16],
    [5000, 40, 3],
  ])('draws in proportion to the weights: %d users, ranks %d + %d·j', (users, first, stride) => {
    const l = law(name, params, users);
    if (first >= l.support) return;
    const p = weights(l, first, stride);
    const total = p.reduceRight((a, b) => a + b, 0);
    const sampler = l.sampler(first, stride);
    const random = new Prng(1, users, first, stride);
    const counts = new Int32Array(p.length);
    for (let i = 0; i < 200_000; i++) counts[sampler.draw(random)]++;
    const { statistic, limit } = chiSquare(
      counts,
      p.map((w) => w / total),
    );
    expect(statistic).toBeLessThan(limit);
  });

  it('sums and draws consistently at 10^8 users', () => {
    const l = law(name, params, 1e8);
    const stride = 8;
    const first = 5 + stride * 20_000;
    if (first >= l.support || l.sum(first, stride, 0) === 0) return;
    // Probabilities of ten blocks of the progression, from differences of sums.
    const terms = progressionLength(first, stride, l.support);
    const edges = Array.from({ length: 11 }, (_, i) => Math.round(terms ** (i / 10)) - 1);
    edges[10] = terms;
    const from = (j: number) => l.sum(first + j * stride, stride, first);
    const p = edges.slice(0, 10).map((edge, i) => (from(edge) - from(edges[i + 1])) / from(0));
    const sampler = l.sampler(first, stride);
    const random = new Prng(4, 3, 2, 1);
    const counts = new Int32Array(10);
    for (let i = 0; i < 100_000; i++) {
      const j = sampler.draw(random);
      counts[edges.findIndex((edge, k) => j >= edge && j < edges[k + 1])]++;
    }
    const { statistic, limit } = chiSquare(counts, p);
    expect(statistic).toBeLessThan(limit);
  });
});

describe('power', () => {
  it('is uniform at alpha 1 and puts n^(−alpha) on the first user below it (S-LoRA’s trap)', () => {
    const uniform = law('power', { alpha: 1 }, 200);
    expect(uniform.weight(199, 0)).toBeCloseTo(1, 12);
    const steep = law('power', { alpha: 0.1 }, 200);
    expect(1 / steep.sum(0, 1, 0)).toBeCloseTo(200 ** -0.1, 12); // 59%
  });
});

describe('geometric', () => {
  it('does not underflow far from the first rank', () => {
    const l = law('geometric', { ratio: 1.5 }, 1e6);
    expect(l.sum(50_000, 1, 50_000)).toBeCloseTo(3, 12);
    expect(l.weight(50_001, 50_000)).toBeCloseTo(1 / 1.5, 12);
  });
});

describe('quantiles', () => {
  it('gives each share of the users its share of the requests', () => {
    const l = law('quantiles', { points: [{ users: 0.01, requests: 0.28 }] }, 100_000);
    const all = l.sum(0, 1, 0);
    expect(1 - l.sum(1000, 1, 0) / all).toBeCloseTo(0.28, 12);
  });
  it('refuses curves that fall or bend upwards', () => {
    const { params } = POPULARITY.quantiles;
    expect(params.safeParse({ points: [{ users: 0.5, requests: 0.2 }] }).success).toBe(false);
    expect(
      params.safeParse({
        points: [
          { users: 0.5, requests: 0.9 },
          { users: 0.6, requests: 0.8 },
        ],
      }).success,
    ).toBe(false);
    expect(params.safeParse({ points: [{ users: 0.5, requests: 0.9 }] }).success).toBe(true);
  });
});

describe('zetaSum', () => {
  it('reaches the Riemann zeta function and the harmonic numbers', () => {
    // ζ(2) = π²/6; the tail beyond n terms is 1/n − 1/(2n²) + 1/(6n³).
    const n = 1e6;
    expect(zetaSum(1, 2, n) + 1 / n - 1 / (2 * n * n) + 1 / (6 * n ** 3)).toBeCloseTo(Math.PI ** 2 / 6, 14);
    // H(10^8) = ln n + γ + 1/(2n) − 1/(12n²).
    expect(zetaSum(1, 1, 1e8)).toBeCloseTo(Math.log(1e8) + 0.5772156649015329 + 0.5e-8, 13);
    expect(zetaSum(0.125, 0, 12_345)).toBeCloseTo(12_345, 8);
  });
  it('integrates smoothly through exponent 1', () => {
    expect(powerIntegral(3, 3e6, 1)).toBeCloseTo(Math.log(1e6), 13);
    expect(powerIntegral(3, 3e6, 1 + 1e-10)).toBeCloseTo(Math.log(1e6), 7);
    expect(powerIntegral(1, 4, 0.5)).toBeCloseTo(2, 14);
  });
});
