import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BUCKETS,
  bucketOf,
  Histogram,
  HistogramBank,
  lowerBound,
  RampHistogram,
  RELATIVE_ERROR,
} from '../../src/metrics/histogram.ts';

const histogram = (values: readonly number[]): Histogram => {
  const bank = new HistogramBank(1);
  for (const value of values) bank.add(0, value);
  return Histogram.of(bank.pack(), 0, 1);
};

/** Latencies over fifteen orders of magnitude, integer and not. */
const latency = fc.oneof(
  fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  fc.double({ min: 0, max: 60, noNaN: true }).map((exponent) => 10 ** (exponent / 4)),
);

describe('buckets', () => {
  it('contain exactly the values between their bounds', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: BUCKETS - 2 }),
        fc.double({ min: 0, max: 0.999999, noNaN: true }),
        (b, t) => {
          const low = lowerBound(b);
          const high = lowerBound(b + 1);
          expect(bucketOf(low)).toBe(b);
          expect(bucketOf(high)).toBe(b + 1);
          expect(bucketOf(low + t * (high - low) * (1 - 1e-9))).toBe(b);
          expect((high - low) / 2 / low).toBeLessThanOrEqual(RELATIVE_ERROR);
        },
      ),
    );
  });

  it('put everything below one unit into bucket 0 and everything above 2^53 into the last', () => {
    expect([0, -5, 0.999, Number.NaN].map(bucketOf)).toEqual([0, 0, 0, 0]);
    expect([1, 2 ** 53, 1e300, Number.POSITIVE_INFINITY].map(bucketOf)).toEqual([
      1,
      BUCKETS - 1,
      BUCKETS - 1,
      BUCKETS - 1,
    ]);
  });
});

describe('quantiles', () => {
  it('are within the stated error of the sorted sample, and extremes and mean are exact', () => {
    fc.assert(
      fc.property(
        fc.array(latency, { minLength: 1, maxLength: 300 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (values, q) => {
          const sketch = histogram(values);
          const sorted = [...values].sort((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil(q * sorted.length)) - 1];
          expect(sketch.n).toBe(values.length);
          expect(Math.abs(sketch.quantile(q)! - exact)).toBeLessThanOrEqual(exact < 1 ? 1 : exact * RELATIVE_ERROR);
          expect(sketch.min).toBe(sorted[0]);
          expect(sketch.max).toBe(sorted.at(-1));
          const sum = values.reduce((total, value) => total + value, 0);
          expect(sketch.mean).toBeCloseTo(sum / values.length, -Math.log10(Math.max(1, sum)) + 10);
        },
      ),
    );
  });

  it('of an empty histogram are null', () => {
    const empty = histogram([]);
    expect([empty.n, empty.quantile(0.5), empty.mean, empty.min, empty.max]).toEqual([0, null, null, null, null]);
  });
});

describe('merging', () => {
  it('equals recording everything in one, whatever the grouping', () => {
    const integers = fc.array(fc.array(fc.integer({ min: 0, max: 2 ** 52 }), { maxLength: 30 }), {
      minLength: 3,
      maxLength: 3,
    });
    fc.assert(
      fc.property(integers, ([a, b, c]) => {
        const [x, y, z] = [histogram(a), histogram(b), histogram(c)];
        const left = Histogram.merge([Histogram.merge([x, y], 1), z], 1);
        const right = Histogram.merge([x, Histogram.merge([y, z], 1)], 1);
        const whole = histogram([...a, ...b, ...c]);
        const sum = [...a, ...b, ...c].reduce((total, value) => total + BigInt(value), 0n);
        for (const merged of [left, right, Histogram.merge([x, y, z], 1)]) {
          expect([...merged.distribution()]).toEqual([...whole.distribution()]);
          expect([merged.n, merged.min, merged.max, merged.exactSum]).toEqual([whole.n, whole.min, whole.max, sum]);
        }
      }),
    );
  });
});

describe('ramps of inter-token gaps', () => {
  it('equal their samples recorded one by one', () => {
    const ramp = fc.record({
      first: fc.integer({ min: 0, max: 2 ** 40 }),
      growth: fc.oneof(fc.constant(0), fc.integer({ min: -(2 ** 20), max: 2 ** 32 })),
      steps: fc.integer({ min: 1, max: 400 }),
      weight: fc.integer({ min: 1, max: 9 }),
    });
    fc.assert(
      fc.property(fc.array(ramp, { minLength: 1, maxLength: 4 }), (ramps) => {
        const fast = new RampHistogram();
        const slow = new HistogramBank(1);
        for (const { first, growth, steps, weight } of ramps) {
          const start = growth < 0 ? first - growth * steps : first;
          fast.add(start, growth, steps, weight);
          for (let step = 0; step < steps; step++) {
            for (let request = 0; request < weight; request++) slow.add(0, start + growth * step);
          }
        }
        const [a, b] = [Histogram.of(fast.pack(), 0, 1), Histogram.of(slow.pack(), 0, 1)];
        expect([...a.distribution()]).toEqual([...b.distribution()]);
        expect([a.n, a.min, a.max, a.exactSum]).toEqual([b.n, b.min, b.max, b.exactSum]);
      }),
    );
  });
});
