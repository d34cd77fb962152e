import { describe, expect, it } from 'vitest';
import { random } from '../../src/real/random.ts';
import { median, quantile, quantileOf } from '../../src/real/statistics.ts';

describe('order statistics', () => {
  it('agree with the textbook interval of a median', () => {
    // n = 20: the 6th and 15th smallest cover the median with 95.9%; the 7th and 14th with 88.5%.
    const samples = Float64Array.from({ length: 20 }, (_, i) => i + 1);
    expect(quantile(samples, 0.5)).toEqual({ value: 10, low: 6, high: 15 });
  });

  it('say when there are too few samples', () => {
    expect(quantile(Float64Array.of(1, 2, 3, 4, 5), 0.5)).toEqual({ value: 3, low: -Infinity, high: Infinity });
    expect(
      quantile(
        Float64Array.from({ length: 100 }, (_, i) => i),
        0.99,
      ).high,
    ).toBe(Infinity);
  });

  it('cover as often as they promise', () => {
    const draws = random('coverage');
    let covered = 0;
    const rounds = 2000;
    for (let r = 0; r < rounds; r++) {
      // Exponential samples: the true 0.9 quantile is ln 10.
      const { low, high } = quantile(
        Float64Array.from({ length: 60 }, () => -Math.log(1 - draws.uniform())),
        0.9,
      );
      if (low <= Math.log(10) && Math.log(10) <= high) covered++;
    }
    // 95% promised; four standard deviations of 2,000 rounds are 1.9%.
    expect(covered / rounds).toBeGreaterThan(0.93);
    expect(covered / rounds).toBeLessThan(0.995);
  });

  it('take medians', () => {
    expect(median(Float64Array.of(3, 1, 2))).toBe(2);
    expect(median(Float64Array.of(4, 1, 2, 3))).toBe(2.5);
    expect(quantileOf(Float64Array.of(1, 2, 3, 4), 0.99)).toBe(4);
  });
});
