import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gini, jain, LorenzSketch } from '../../../src/metrics/statistics/fairness.ts';
import { mser5 } from '../../../src/metrics/statistics/mser.ts';
import { median, quantileInterval, quantileRanks, quantileSorted } from '../../../src/metrics/statistics/quantiles.ts';
import { batchMeans, bootstrap, mean, meanInterval } from '../../../src/metrics/statistics/resampling.ts';
import { normalQuantile, studentQuantile, studentTails } from '../../../src/metrics/statistics/student.ts';
import { holm, mannWhitney } from '../../../src/metrics/statistics/tests.ts';
import { normalCdf } from '../../../src/sim/random/special.ts';
import { stream } from '../../../src/sim/random/streams.ts';

describe('quantiles of distributions', () => {
  it('normal: inverts the distribution function, and equals the tables', () => {
    for (const p of [1e-6, 0.001, 0.02, 0.0243, 0.3, 0.5, 0.9, 0.975, 0.9999]) {
      expect(normalCdf(normalQuantile(p)) / p).toBeCloseTo(1, 7);
    }
    expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6);
    expect(normalQuantile(0.995)).toBeCloseTo(2.575829, 6);
  });

  // Any textbook's t table; three decimals are what such tables print.
  it.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 3, 3.182],
    [0.975, 4, 2.776],
    [0.95, 5, 2.015],
    [0.975, 9, 2.262],
    [0.995, 10, 3.169],
    [0.975, 19, 2.093],
    [0.975, 30, 2.042],
    [0.975, 120, 1.98],
  ])('student t: %f with %i degrees of freedom is %f', (p, df, expected) => {
    expect(studentQuantile(p, df)).toBeCloseTo(expected, 3);
    expect(studentQuantile(1 - p, df)).toBeCloseTo(-expected, 3);
    // The way back.
    expect(studentTails(studentQuantile(p, df), df)).toBeCloseTo(2 * (1 - p), 5);
    expect(studentTails(-expected, df)).toBeCloseTo(2 * (1 - p), 3);
  });

  it('has no tail beyond infinity and all of it beyond zero', () => {
    for (const df of [1, 2, 5, 8]) expect([studentTails(Infinity, df), studentTails(0, df)]).toEqual([0, 1]);
  });
});

describe('quantiles of samples', () => {
  it('are nearest rank', () => {
    // The worked example of the nearest-rank definition: 15, 20, 35, 40, 50.
    const sorted = [15, 20, 35, 40, 50];
    expect([0.05, 0.3, 0.4, 0.5, 1].map((q) => quantileSorted(sorted, q))).toEqual([15, 20, 20, 35, 50]);
    expect([quantileSorted([], 0.5), median([])]).toEqual([null, null]);
    expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
  });

  it('have order-statistic intervals of the published ranks', () => {
    // Ranks for the median at 95 %: n = 10 → 2 and 9, n = 20 → 6 and 15, n = 50 → 18 and 33 (Conover, table of the sign test).
    expect([10, 20, 50].map((n) => quantileRanks(n, 0.5, 0.95))).toEqual([
      { low: 2, high: 9 },
      { low: 6, high: 15 },
      { low: 18, high: 33 },
    ]);
    expect(quantileRanks(5, 0.5, 0.95)).toBeNull();
    expect(quantileRanks(100, 0.99, 0.95)).toBeNull();
    expect(quantileInterval([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.5)).toEqual({ lo: 2, hi: 9 });
    const exactly = quantileRanks(1000, 0.9, 0.95)!;
    const nearly = quantileRanks(1001, 0.9, 0.95)!;
    expect(Math.abs(exactly.low - nearly.low)).toBeLessThanOrEqual(2);
    expect(Math.abs(exactly.high - nearly.high)).toBeLessThanOrEqual(3);
  });
});

describe('intervals', () => {
  const covers = (runs: number, interval: (seed: number) => { lo: number; hi: number } | null, truth: number) => {
    let inside = 0;
    for (let seed = 0; seed < runs; seed++) {
      const { lo, hi } = interval(seed)!;
      if (lo <= truth && truth <= hi) inside++;
    }
    return inside / runs;
  };

  it('student, by hand: 1, 2, 3, 4, 5', () => {
    const interval = meanInterval([1, 2, 3, 4, 5])!;
    expect(interval.estimate).toBe(3);
    expect(interval.hi).toBeCloseTo(3 + 2.77645 * Math.sqrt(2.5 / 5), 4);
    expect(meanInterval([7])).toBeNull();
    // 0.877 three times sums to a neighbour of 2.631.
    expect(meanInterval([0.877, 0.877, 0.877])).toEqual({ estimate: 0.877, lo: 0.877, hi: 0.877 });
  });

  it('cover the truth as often as they say', () => {
    const exponential = (seed: number) => {
      const draw = stream('coverage', seed);
      return Float64Array.from({ length: 60 }, () => draw.exponential());
    };
    expect(covers(300, (seed) => meanInterval(exponential(seed)), 1)).toBeGreaterThan(0.9);
    expect(covers(60, (seed) => bootstrap(exponential(seed), mean, `b${seed}`), 1)).toBeGreaterThan(0.85);
    const sortedOnes = (seed: number) => exponential(seed).sort();
    expect(covers(300, (seed) => quantileInterval(sortedOnes(seed), 0.5), Math.LN2)).toBeGreaterThan(0.93);
  });

  it('batch means widen where the series is correlated', () => {
    const series = (correlation: number, seed: number) => {
      const draw = stream('correlated', seed);
      let value = 0;
      return Float64Array.from({ length: 4000 }, () => (value = correlation * value + draw.normal()));
    };
    expect(covers(100, (seed) => batchMeans(series(0.9, seed)), 0)).toBeGreaterThan(0.88);
    // What ignoring the correlation would do.
    expect(covers(100, (seed) => meanInterval(series(0.9, seed)), 0)).toBeLessThan(0.6);
  });
});

describe('fairness', () => {
  it('jain: 1 for equal shares, k/n where k of n share all, by hand otherwise', () => {
    expect(jain([3, 3, 3])).toBeCloseTo(1, 15);
    expect(jain([1, 1, 0, 0, 0])).toBeCloseTo(0.4, 15);
    expect(jain([1, 2, 3])).toBeCloseTo(36 / 42, 15);
    expect([jain([]), jain([0, 0])]).toEqual([null, null]);
  });

  it('gini: by hand, and half the relative mean difference of any sample', () => {
    expect(gini([1, 1, 1])).toBeCloseTo(0, 15);
    expect(gini([0, 0, 0, 4])).toBeCloseTo(0.75, 15);
    expect(gini([1, 2, 3])).toBeCloseTo(2 / 9, 15);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 60 }), (values) => {
        const sum = values.reduce((total, value) => total + value, 0);
        if (sum === 0) {
          expect(gini(values)).toBeNull();
          return;
        }
        let differences = 0;
        for (const a of values) for (const b of values) differences += Math.abs(a - b);
        expect(gini(values)).toBeCloseTo(differences / (2 * values.length * sum), 9);
      }),
    );
  });

  it('the grouped Lorenz curve gives the Gini coefficient within its error, and lies under the diagonal', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1e9 }), { minLength: 2, maxLength: 400 }), (values) => {
        const sketch = new LorenzSketch();
        for (const value of values) sketch.add(value);
        const exact = gini(values);
        if (exact === null) {
          expect(sketch.gini()).toBeNull();
          return;
        }
        expect(sketch.gini()).toBeLessThanOrEqual(exact + 1e-9);
        expect(sketch.gini()).toBeGreaterThan(exact - 0.002);
        const curve = sketch.curve();
        expect(curve.at(-1)!.population).toBeCloseTo(1, 12);
        expect(curve.at(-1)!.holding).toBeCloseTo(1, 12);
        for (const { population, holding } of curve) expect(holding).toBeLessThanOrEqual(population + 1e-12);
      }),
    );
  });
});

describe('tests of a difference', () => {
  it('mann–whitney: U and exact p by hand', () => {
    // 3 + 3 without overlap: 2 of the 20 arrangements are as extreme.
    expect(mannWhitney([1, 2, 3], [4, 5, 6])).toEqual({ u: 0, p: 0.1, effect: 0 });
    // Aesop's tortoises and hares, T H H H H H T T T T T H: U = 11 for the tortoises' lead; 36 pairs in all.
    const tortoises = [12, 6, 5, 4, 3, 2];
    const hares = [11, 10, 9, 8, 7, 1];
    expect(mannWhitney(tortoises, hares).u).toBe(11);
    expect(mannWhitney(hares, tortoises).u).toBe(25);
  });

  // Two-sided 5 % critical values of U (Mann & Whitney's tables): p ≤ 0.05 at U, above it at U + 1.
  it.each([
    [5, 5, 2],
    [8, 8, 13],
    [10, 10, 23],
    [7, 12, 18],
    [20, 20, 127],
  ])('mann–whitney: critical value of %i and %i samples is %i', (n, m, critical) => {
    const withU = (u: number) => {
      // Ranks of the first sample, raised one by one until their U is u.
      const ranks = Array.from({ length: n }, (_, i) => i);
      for (let left = u, i = n - 1; left > 0; i--) {
        const by = Math.min(m, left);
        ranks[i] += by;
        left -= by;
      }
      const taken = new Set(ranks);
      const others = Array.from({ length: n + m }, (_, rank) => rank).filter((rank) => !taken.has(rank));
      return mannWhitney(ranks, others);
    };
    expect(withU(critical).u).toBe(critical);
    expect(withU(critical).p).toBeLessThanOrEqual(0.05);
    expect(withU(critical + 1).p).toBeGreaterThan(0.05);
  });

  it('mann–whitney: the normal form agrees with the exact one, and ties are counted half', () => {
    const a = Array.from({ length: 20 }, (_, i) => 2 * i);
    const b = Array.from({ length: 20 }, (_, i) => 2 * i + 9);
    const exact = mannWhitney(a, b).p;
    const normal = mannWhitney([...a, 1000], [...b, 1000]).p;
    expect(Math.abs(exact - normal)).toBeLessThan(0.02);
    expect(mannWhitney([1, 1], [1, 1])).toEqual({ u: 2, p: 1, effect: 0.5 });
  });

  it('holm: the worked example 0.01, 0.04, 0.03, 0.005', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(6)))).toEqual([0.03, 0.06, 0.06, 0.02]);
    expect(holm([])).toEqual([]);
  });
});

describe('warm-up', () => {
  it('mser-5 cuts a transient where it ends and leaves a steady series alone', () => {
    const draw = stream('mser');
    const noise = Float64Array.from({ length: 500 }, () => draw.normal());
    const cut = mser5(noise.map((value, i) => value + (i < 60 ? 12 - i / 5 : 0)))!;
    expect(cut).toBeGreaterThanOrEqual(40);
    expect(cut).toBeLessThanOrEqual(75);
    expect(mser5(noise)!).toBeLessThanOrEqual(250);
    expect(mser5(new Float64Array(100).fill(3))).toBe(0);
    expect(mser5([1, 2, 3])).toBeNull();
  });

  it('mser-5 is the minimum of its definition over the first half', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 20, maxLength: 200 }), (series) => {
        const groups = Array.from({ length: Math.floor(series.length / 5) }, (_, g) =>
          mean(series.slice(5 * g, 5 * g + 5)),
        );
        const error = (from: number) => {
          const rest = groups.slice(from);
          const centre = mean(rest);
          return rest.reduce((sum, value) => sum + (value - centre) ** 2, 0) / rest.length ** 2;
        };
        const errors = Array.from({ length: Math.floor(groups.length / 2) + 1 }, (_, from) => error(from));
        expect(error(mser5(series)! / 5)).toBeCloseTo(Math.min(...errors), 6);
      }),
    );
  });
});
