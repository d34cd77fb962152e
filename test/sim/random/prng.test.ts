import { describe, expect, it } from 'vitest';
import { GammaVariate } from '../../../src/sim/random/gamma.ts';
import { Prng } from '../../../src/sim/random/prng.ts';
import { gammaCdf, normalCdf } from '../../../src/sim/random/special.ts';
import { chiSquare, kolmogorovSmirnov } from './statistics.ts';

const N = 200_000;
const sample = (draw: () => number, n = N) => Float64Array.from({ length: n }, draw);

describe('Prng', () => {
  // Outputs of the authors' C code, version 1.1, as also kept in the tests of the Rust crate rand_xoshiro.
  it('gives the published xoshiro128** sequence from state 1, 2, 3, 4', () => {
    const random = new Prng(1, 2, 3, 4);
    const outputs = Array.from({ length: 10 }, () => random.next32() >>> 0);
    expect(outputs).toEqual([
      11520, 0, 5927040, 70819200, 2031721883, 1637235492, 1287239034, 3734860849, 3729100597, 4258142804,
    ]);
  });

  it('never enters the all-zero state', () => {
    const random = new Prng(0, 0, 0, 0);
    expect(new Set(Array.from({ length: 100 }, () => random.next32())).size).toBeGreaterThan(90);
  });

  it('starts again from the same state after reseed, the spare normal included', () => {
    const random = new Prng(5, 6, 7, 8);
    const first = [random.normal(), random.uniform(), random.normal()];
    random.reseed(5, 6, 7, 8);
    expect([random.normal(), random.uniform(), random.normal()]).toEqual(first);
  });

  it('draws uniforms strictly inside (0, 1), also at the extremes of its bits', () => {
    const extremes = [0, -1].map((bits) => {
      const random = new Prng(1, 1, 1, 1);
      random.next32 = () => bits;
      return [random.uniform(), random.uniform32()];
    });
    for (const [fine, coarse] of extremes) {
      expect(fine > 0 && fine < 1).toBe(true);
      expect(coarse > 0 && coarse < 1).toBe(true);
    }
  });

  it.each<[string, (random: Prng) => number, (x: number) => number]>([
    ['uniform', (random) => random.uniform(), (x) => x],
    ['uniform32', (random) => random.uniform32(), (x) => x],
    ['exponential', (random) => random.exponential(), (x) => -Math.expm1(-x)],
    ['normal', (random) => random.normal(), normalCdf],
  ])('%s fits its distribution function', (_, draw, cdf) => {
    const random = new Prng(11, 12, 13, 14);
    const { statistic, limit } = kolmogorovSmirnov(
      sample(() => draw(random)),
      cdf,
    );
    expect(statistic).toBeLessThan(limit);
  });

  it('draws the exponential tail beyond the ziggurat (x > 7.7) as often and as far as it should', () => {
    const random = new Prng(3, 1, 4, 1);
    const n = 3_000_000;
    const counts = [0, 0, 0, 0];
    for (let i = 0; i < n; i++) {
      const x = random.exponential();
      counts[x < 7.697 ? 0 : x < 8.5 ? 1 : x < 10 ? 2 : 3]++;
    }
    const upper = [1, Math.exp(-7.697), Math.exp(-8.5), Math.exp(-10), 0];
    const { statistic, limit } = chiSquare(
      counts,
      counts.map((_, i) => upper[i] - upper[i + 1]),
    );
    expect(statistic).toBeLessThan(limit);
  });

  it('draws integers uniformly', () => {
    const random = new Prng(9, 9, 9, 9);
    const counts = new Int32Array(7);
    for (let i = 0; i < N; i++) counts[random.integer(7)]++;
    const { statistic, limit } = chiSquare(counts, new Float64Array(7).fill(1 / 7));
    expect(statistic).toBeLessThan(limit);
  });
});

describe('GammaVariate', () => {
  it.each([0.02, 0.3, 1, 1.5, 30])('shape %d fits its distribution function', (shape) => {
    const random = new Prng(21, 22, 23, 24);
    const variate = new GammaVariate(shape);
    const { statistic, limit } = kolmogorovSmirnov(
      sample(() => variate.draw(random)),
      (x) => gammaCdf(shape, x),
    );
    expect(statistic).toBeLessThan(limit);
  });

  it('refuses shapes that are not positive', () => {
    expect(() => new GammaVariate(0)).toThrow(/shape/);
    expect(() => new GammaVariate(Number.NaN)).toThrow(/shape/);
  });
});
