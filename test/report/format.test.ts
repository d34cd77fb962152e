import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMetric, formatSeconds, percent, percentColumn, possible, significant } from '../../src/report/format.ts';
import { cell, intervalNote } from '../../src/report/interval.ts';
import { metricCell } from '../../src/report/latex.ts';

describe('formatMetric', () => {
  it.each([
    [0, 'ms', '0 ms'],
    [0.0123, 'ms', '12.3 µs'],
    [85.04, 'ms', '85 ms'],
    [1806, 'ms', '1.81 s'],
    [90_000, 'ms', '1.5 min'],
    [0.6834, 'fraction', '68.3%'],
    [0, 'fraction', '0%'],
    [1, 'fraction', '100%'],
    [0.99999, 'fraction', '99.999%'],
    [10_370_112, 'count', '10.4 M'],
    [24_081, 'count', '24,081'],
    [1.5e9, 'count', '1.5 B'],
    [120.03, '1/s', '120 /s'],
    [0.1402, 'USD', '$0.14'],
    [2.2, 'ratio', '2.2×'],
    [3 * 2 ** 30, 'B', '3 GiB'],
    [null, 'ms', '–'],
    [undefined, 'ms', '–'],
    [Number.NaN, 'ms', '–'],
    [Number.POSITIVE_INFINITY, 'ms', '∞'],
    [-0.05, 'ratio', '−0.05×'],
  ])('%s %s is %s', (value, unit, text) => {
    expect(formatMetric(value, unit)).toBe(text);
  });

  it('a share near all has the same digits however many are asked for, and more only beyond them', () => {
    expect([3, 4].map((digits) => percent(0.993363, digits))).toEqual(['99.33%', '99.33%']);
    expect([3, 4].map((digits) => percent(0.99786, digits))).toEqual(['99.78%', '99.78%']);
    expect(percent(0.99786, 5)).toBe('99.786%');
    // No product of decimals takes a digit off what is exact.
    for (let i = 9901; i < 10_000; i++) expect(Number(percent(i / 10_000, 4).slice(0, -1))).toBeCloseTo(i / 100, 9);
  });

  it('what is not all never reads as 100%', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.99, max: 1 - 1e-7, noNaN: true }), (share) => {
        expect(percent(share)).not.toBe('100%');
        expect(Number(percent(share).slice(0, -1)) / 100).toBeLessThanOrEqual(share + 1e-12);
      }),
    );
  });

  it('in a column have the same digits behind the point, and read no better than they are', () => {
    const shares = [1, 0.99923, 0.9986, 0.743, 0.1219996, 0, null];
    expect(percentColumn(shares)).toEqual(['100%', '99.923%', '99.860%', '74.300%', '12.199%', '0%', '–']);
    expect(percentColumn([0.986, 0.1234, 1])).toEqual(['98.6%', '12.3%', '100%']);
  });

  it('three significant digits are within half a percent of the value', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e14, noNaN: true }), (value) => {
        const read = Number(significant(value).replaceAll(',', ''));
        expect(Math.abs(read / value - 1)).toBeLessThanOrEqual(0.0051);
      }),
    );
  });

  it.each([
    [86_400, '24 h'],
    [600, '10 min'],
    [345_600, '4 d'],
    [0.5, '500 ms'],
    [Number.POSITIVE_INFINITY, 'none'],
  ])('%s s is %s', (seconds, text) => {
    expect(formatSeconds(seconds)).toBe(text);
  });
});

describe('intervals', () => {
  const row = (unit: string, value: number, lo: number, hi: number) => ({
    metric: 'm',
    cohort: 'all',
    unit,
    value,
    n: 3,
    lo,
    hi,
  });

  it.each([
    [row('ms', 49.6, 48.4, 50.8), '49.6 ±1.2 ms', '49.6 ms [48.4 ms, 50.8 ms]'],
    [row('fraction', 0.0991, 0.0441, 0.1541), '9.91% ±5.5 pt', '9.91% [4.41%, 15.4%]'],
    [row('ms', 913, -339, 2170), '913 ms [0 ms, 2.17 s]', '913 ms [0 ms, 2.17 s]'],
    [row('fraction', 0.0558, -0.00918, 0.121), '5.58% [0%, 12.1%]', '5.58% [0%, 12.1%]'],
    [row('fraction', 0.97, 0.9, 1.04), '97% [90%, 100%]', '97% [90%, 100%]'],
    [row('ratio', 1.5, 1, 2), '1.5 ±0.5×', '1.5× [1×, 2×]'],
  ])('of %o stay where they are possible, and those of shares are in points', (one, swept, listed) => {
    expect([cell(one, 3), metricCell(one)]).toEqual([swept, listed]);
  });

  it.each([
    [row('ms', 22.8, 22.2, 23.4), 3, '22.8 ±0.6 ms'],
    [row('ms', 1800, 1766, 1834), 3, '1.8 ±0.034 s'],
    [row('USD', 0.5, 0.49, 0.51), 5, '$0.5 ±0.01'],
    [row('B', 3 * 2 ** 30, 2.5 * 2 ** 30, 3.5 * 2 ** 30), 4, '3 ±0.5 GiB'],
    [row('1/s', 1.2e6, 1.1e6, 1.3e6), 3, '1.2 ±0.1 M /s'],
    [row('ms', 42.9, 42.1, 43.7), 2, '42.9 ms [42.1 ms, 43.7 ms]'],
    [{ ...row('ms', 42.9, 42.835, 42.965), metric: 'ttft_ms_p50' }, 2, '≈42.9 ms'],
    [{ ...row('ms', 42.9, 42.835, 42.965), metric: 'ttft_ms_mean' }, 2, '42.9 ms [42.8 ms, 43 ms]'],
    [{ ...row('ms', 42.9, 42.9, 42.9), metric: 'ttft_ms_p50' }, 5, '≈42.9 ms'],
    [row('ms', 42.9, 42.9, 42.9), 5, '42.9 ms'],
  ])('of %o over %i replications are in one unit, and below the resolution they are called that', (one, n, text) => {
    expect(cell(one, n)).toBe(text);
  });

  it('of two replications are their values, which is said', () => {
    expect(intervalNote([], 1)).toBe('');
    expect(intervalNote([], 2)).toMatch(/values of the 2 replications, which are too few for an interval/);
    expect(intervalNote([], 3)).toMatch(/^± is a 95% interval/);
    const agreed = { ...row('ms', 42.9, 42.9, 42.9), metric: 'ttft_ms_p50' };
    expect(intervalNote([agreed], 3)).toMatch(/≈ stands where replications agree within the 0\.4%/);
  });

  it('are what the replications with a value make them, however many there were', () => {
    const two = { ...row('ms', 150, 100, 200), replications: 2 };
    expect(cell(two, 3)).toBe('150 ms [100 ms, 200 ms]');
    expect(cell({ ...two, lo: 150, hi: 150 }, 3, true)).toBe('150 ms, both');
    expect(intervalNote([two], 3)).toMatch(/\[ \] holds the two values where only two replications have one/);
    expect(intervalNote([{ ...two, replications: 3 }], 3)).not.toMatch(/two values/);
  });

  it('have no bound where there is none', () => {
    expect(possible(null, 'ms')).toBeNull();
  });
});
