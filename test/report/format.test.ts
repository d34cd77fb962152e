import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatMetric, formatSeconds, percent, significant } from '../../src/report/format.ts';

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

  it('what is not all never reads as 100%', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.99, max: 1 - 1e-7, noNaN: true }), (share) => {
        expect(percent(share)).not.toBe('100%');
        expect(Number(percent(share).slice(0, -1)) / 100).toBeLessThanOrEqual(share + 1e-12);
      }),
    );
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
