import { describe, expect, it } from 'vitest';
import { LENGTHS } from '../../../../src/sim/population/lengths/index.ts';
import { LengthTable } from '../../../../src/sim/population/lengths/table.ts';
import { Prng } from '../../../../src/sim/random/prng.ts';
import { gammaCdf, normalCdf } from '../../../../src/sim/random/special.ts';
import { chiSquare } from '../../random/statistics.ts';

const table = (name: string, params: Record<string, unknown> = {}) =>
  new LengthTable(LENGTHS[name].create(LENGTHS[name].params.parse(params)));

const p = (t: LengthTable) =>
  Float64Array.from({ length: t.max + 1 }, (_, k) => t.cdf(k) - (k === 0 ? 0 : t.cdf(k - 1)));

describe.each<[string, Record<string, unknown>]>([
  ['fixed', { tokens: 7 }],
  ['uniform', { min: 3, max: 12 }],
  ['uniform', { min: 5, max: 5 }],
  ['lognormal', { median: 50, sigma: 1.2, min: 4, max: 300 }],
  ['lognormal', { mean: 80, cv: 0 }],
  ['gamma', { mean: 20, cv: 2, max: 100 }],
  ['gamma', { mean: 100, cv: 0.1 }],
  ['geometric', { mean: 5 }],
  ['geometric', { mean: 1 }],
  ['quantiles', {}],
])('%s %j', (name, params) => {
  it('draws what its distribution function says, and only that', () => {
    const t = table(name, params);
    const random = new Prng(3, 3, 3, 3);
    const counts = new Int32Array(t.max + 1);
    for (let i = 0; i < 300_000; i++) counts[t.draw(random)]++;
    const { statistic, limit } = chiSquare(counts, p(t));
    expect(statistic).toBeLessThan(limit);
  });

  it('states the mean of what it draws', () => {
    const t = table(name, params);
    let mean = 0;
    p(t).forEach((mass, k) => {
      mean += k * mass;
    });
    expect(t.mean).toBeCloseTo(mean, 8);
    expect(t.cdf(t.min - 1)).toBe(0);
    expect(t.cdf(t.max)).toBe(1);
  });
});

describe('discretisation', () => {
  it('rounds the continuous law to the nearest integer and clips both ends', () => {
    const lognormal = table('lognormal', { median: 50, sigma: 1.2, min: 4, max: 300 });
    expect(lognormal.cdf(4)).toBeCloseTo(normalCdf(Math.log(4.5 / 50) / 1.2), 12);
    expect(lognormal.cdf(299)).toBeCloseTo(normalCdf(Math.log(299.5 / 50) / 1.2), 12);
    const gamma = table('gamma', { mean: 20, cv: 2, max: 100 });
    expect(gamma.cdf(30)).toBeCloseTo(gammaCdf(0.25, 30.5 / 80), 12);
  });

  it('keeps the mean of a wide law and the median of a lognormal', () => {
    expect(table('lognormal', { mean: 400, cv: 0.5 }).mean).toBeCloseTo(400, 2);
    expect(table('gamma', { mean: 400, cv: 0.5 }).mean).toBeCloseTo(400, 2);
    expect(table('geometric', { mean: 40 }).mean).toBeCloseTo(40, 6);
    expect(table('lognormal', { median: 200, sigma: 1 }).cdf(200)).toBeCloseTo(0.5, 2);
  });

  it('interpolates quantiles on straight lines, with an atom at a first point above 0%', () => {
    const t = table('quantiles', {
      points: [
        { at: 0.25, value: 10 },
        { at: 1, value: 40 },
      ],
    });
    expect(t.cdf(9)).toBe(0);
    expect(t.cdf(10)).toBeCloseTo(0.25 + 0.5 * (0.75 / 30), 12);
    expect(t.cdf(25)).toBeCloseTo(0.25 + 15.5 * (0.75 / 30), 12);
  });
});

describe('parameters', () => {
  it.each<[string, Record<string, unknown>, RegExp]>([
    ['lognormal', { mean: 10, median: 10 }, /median or mean/],
    ['lognormal', { sigma: 1, cv: 1 }, /sigma or cv/],
    ['lognormal', { min: 10, max: 5 }, /min must not be above max/],
    ['uniform', { min: 10, max: 5 }, /min must not be above max/],
    ['fixed', { tokens: 0 }, /out of range/],
    [
      'quantiles',
      {
        points: [
          { at: 0, value: 5 },
          { at: 0.9, value: 10 },
        ],
      },
      /100%/,
    ],
    [
      'quantiles',
      {
        points: [
          { at: 0, value: 5 },
          { at: 1, value: 4 },
        ],
      },
      /rise/,
    ],
  ])('%s refuses %j', (name, params, message) => {
    const result = LENGTHS[name].params.safeParse(params);
    expect(result.success).toBe(false);
    expect(JSON.stringify(result.error?.issues)).toMatch(message);
  });
});
