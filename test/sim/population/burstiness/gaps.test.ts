import { describe, expect, it } from 'vitest';
import { BURSTINESS } from '../../../../src/sim/population/burstiness/index.ts';
import { DURATIONS } from '../../../../src/sim/population/durations/index.ts';
import { Prng } from '../../../../src/sim/random/prng.ts';
import { gammaCdf, lnGamma, normalCdf } from '../../../../src/sim/random/special.ts';
import { kolmogorovSmirnov, zScore } from '../../random/statistics.ts';

const gaps = (name: string, params: Record<string, unknown> = {}) =>
  BURSTINESS[name].create(BURSTINESS[name].params.parse(params));

/** Shape of a Weibull law with a known cv: cv 1 at 1, √5 at 1/2 (Γ(5)/Γ(3)² = 6). */
const weibullCdf = (shape: number) => (x: number) => -Math.expm1(-((x * Math.exp(lnGamma(1 + 1 / shape))) ** shape));

describe.each<[string, Record<string, unknown>, number, (x: number) => number]>([
  ['poisson', {}, 1, (x) => -Math.expm1(-x)],
  ['gamma', { cv: 1 }, 1, (x) => -Math.expm1(-x)],
  ['gamma', { cv: 3 }, 3, (x) => gammaCdf(1 / 9, x / 9)],
  ['gamma', { cv: 0.5 }, 0.5, (x) => gammaCdf(4, 4 * x)],
  ['weibull', { cv: 1 }, 1, weibullCdf(1)],
  ['weibull', { cv: Math.sqrt(5) }, Math.sqrt(5), weibullCdf(0.5)],
])('%s %j', (name, params, cv, cdf) => {
  it('draws gaps of its law', () => {
    const law = gaps(name, params);
    const random = new Prng(8, 8, 8, 8);
    const { statistic, limit } = kolmogorovSmirnov(
      Float64Array.from({ length: 100_000 }, () => law.gap(random)),
      cdf,
    );
    expect(statistic).toBeLessThan(limit);
  });

  it('starts in the stationary state: residual life (1 − F) integrated, mean (1 + cv²)/2', () => {
    const law = gaps(name, params);
    const random = new Prng(9, 9, 9, 1);
    // Distribution function of the residual life by the trapezoidal rule on a fine grid in √x, where the law may be steep.
    const grid = 4000;
    const top = 40 * (1 + cv * cv);
    const knots = Float64Array.from({ length: grid + 1 }, (_, i) => (i / grid) ** 4 * top);
    const integral = new Float64Array(grid + 1);
    for (let i = 1; i <= grid; i++) {
      const height = 1 - 0.5 * (cdf(knots[i]) + cdf(knots[i - 1]));
      integral[i] = integral[i - 1] + height * (knots[i] - knots[i - 1]);
    }
    const residualCdf = (x: number) => {
      const place = Math.min((x / top) ** 0.25 * grid, grid - 1e-9);
      const i = Math.floor(place);
      return Math.min(1, integral[i] + ((integral[i + 1] - integral[i]) * (x - knots[i])) / (knots[i + 1] - knots[i]));
    };
    const sample = Float64Array.from({ length: 50_000 }, () => law.residual(random));
    const { statistic, limit } = kolmogorovSmirnov(sample, residualCdf);
    expect(statistic).toBeLessThan(limit);
    const mean = sample.reduce((a, b) => a + b) / sample.length;
    expect(Math.abs(mean / ((1 + cv * cv) / 2) - 1)).toBeLessThan(0.1);
  });

  it('counts arrivals without a start-up transient, with index of dispersion cv² in long windows', () => {
    const law = gaps(name, params);
    const random = new Prng(10, 10, 10, 10);
    const window = 200 * Math.max(1, cv * cv);
    const runs = 1000;
    let sum = 0;
    let squares = 0;
    for (let run = 0; run < runs; run++) {
      let count = 0;
      for (let t = law.residual(random); t < window; t += law.gap(random)) count++;
      sum += count;
      squares += count * count;
    }
    const mean = sum / runs;
    const variance = squares / runs - mean * mean;
    expect(Math.abs(zScore(mean, window, Math.sqrt(variance), runs))).toBeLessThan(4.9);
    // The standard error of a variance estimate is about √(2/runs) = 4.5%.
    expect(Math.abs(variance / mean / (cv * cv) - 1)).toBeLessThan(0.25);
  });
});

describe.each<[string, Record<string, unknown>, (x: number) => number]>([
  ['exponential', { mean: 3 }, (x) => -Math.expm1(-x / 3)],
  ['lognormal', { mean: Math.exp(0.5), cv: Math.sqrt(Math.E - 1) }, (x) => normalCdf(Math.log(x))],
  ['gamma', { mean: 6, cv: Math.SQRT1_2 }, (x) => gammaCdf(2, x / 3)],
])('duration %s %j', (name, params, cdf) => {
  it('fits its distribution function', () => {
    const law = DURATIONS[name].create(DURATIONS[name].params.parse(params));
    const random = new Prng(2, 2, 2, 2);
    const sample = Float64Array.from({ length: 100_000 }, () => law.draw(random));
    const { statistic, limit } = kolmogorovSmirnov(sample, cdf);
    expect(statistic).toBeLessThan(limit);
    expect(Math.abs(sample.reduce((a, b) => a + b) / sample.length / law.mean - 1)).toBeLessThan(0.03);
  });
});

it('a fixed duration is fixed', () => {
  expect(DURATIONS.fixed.create({ value: 2.5 }).draw(new Prng(1, 1, 1, 1))).toBe(2.5);
});
