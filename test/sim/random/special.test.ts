import { describe, expect, it } from 'vitest';
import { gammaCdf, lnGamma, normalCdf } from '../../../src/sim/random/special.ts';

const close = (actual: number, expected: number) => expect(Math.abs(actual / expected - 1)).toBeLessThan(1e-11);

describe('normalCdf', () => {
  // Abramowitz and Stegun, table 26.1, and far-tail values from the asymptotic series.
  it.each([
    [0, 0.5],
    [1, 0.841344746068543],
    [-1.959963984540054, 0.025],
    [-3, 0.0013498980316301],
    [-6, 9.86587645037698e-10],
  ])('Φ(%d) = %d', (x, expected) => close(normalCdf(x), expected));

  it('rises, also where the series hands over to the fraction', () => {
    const values = Float64Array.from({ length: 16_001 }, (_, i) => normalCdf((i - 8000) / 1000));
    expect(values.findIndex((value, i) => i > 0 && value < values[i - 1])).toBe(-1);
  });

  it('is symmetric and exact at infinity', () => {
    for (const x of [0.3, 2.9, 3.1, 7]) expect(normalCdf(x) + normalCdf(-x)).toBeCloseTo(1, 14);
    expect(normalCdf(100)).toBe(1);
    expect(normalCdf(-100)).toBe(0);
  });
});

describe('lnGamma', () => {
  it('equals the logarithm of factorials', () => {
    let factorial = 1;
    for (let n = 3; n < 100; n++) {
      factorial *= n - 1;
      close(lnGamma(n), Math.log(factorial));
    }
  });
  it('satisfies Γ(1/2) = √π and the recurrence near 0', () => {
    close(lnGamma(0.5), 0.5 * Math.log(Math.PI));
    close(lnGamma(0.01), lnGamma(1.01) - Math.log(0.01));
  });
});

describe('gammaCdf', () => {
  it('is the Erlang distribution for whole shapes', () => {
    for (const shape of [1, 2, 5, 40]) {
      for (const x of [0.1, 1, 4, 39, 41, 80]) {
        let term = Math.exp(-x);
        let upper = 0;
        for (let k = 0; k < shape; k++) {
          upper += term;
          term *= x / (k + 1);
        }
        expect(gammaCdf(shape, x)).toBeCloseTo(1 - upper, 12);
      }
    }
  });
  it('is a chi-square with one degree of freedom at shape 1/2', () => {
    for (const z of [0.01, 0.5, 1, 2.5]) expect(gammaCdf(0.5, (z * z) / 2)).toBeCloseTo(2 * normalCdf(z) - 1, 12);
  });
  it('is 0 at 0 and 1 at infinity', () => {
    expect(gammaCdf(3, 0)).toBe(0);
    expect(gammaCdf(3, Number.POSITIVE_INFINITY)).toBe(1);
  });
});
