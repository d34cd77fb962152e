import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Coefficients, type FitShape, fitLaunch, fitOperator, meanError, predict } from '../../src/real/fit.ts';
import { random } from '../../src/real/random.ts';

/** Shapes over a grid of adapters, bytes and FLOPs on both sides of the ridge, with times of known coefficients. */
function synthetic(known: Coefficients, noise: number, seed: string): FitShape[] {
  const draws = random(seed);
  const shapes: FitShape[] = [];
  for (const distinct of [1, 4, 16, 64]) {
    for (const megabytes of [0.5, 2, 8, 32]) {
      for (const intensity of [1, 30, 1000]) {
        const shape = { distinct, bytes: megabytes * 1e6, flops: megabytes * 1e6 * intensity };
        shapes.push({ ...shape, seconds: predict(known, shape) * Math.exp(noise * draws.normal()) });
      }
    }
  }
  return shapes;
}

const KNOWN: Coefficients = { operator: 12e-6, adapter: 0.4e-6, bytesPerSecond: 1.5e12, flopsPerSecond: 150e12 };

describe('fitting the operator', () => {
  it('recovers exact constants', () => {
    const fitted = fitOperator(synthetic(KNOWN, 0, 'exact'));
    for (const key of Object.keys(KNOWN) as (keyof Coefficients)[]) expect(fitted[key] / KNOWN[key]).toBeCloseTo(1, 6);
  });

  it('recovers them through 3% of noise', () => {
    const shapes = synthetic(KNOWN, 0.03, 'noise');
    const fitted = fitOperator(shapes);
    for (const key of Object.keys(KNOWN) as (keyof Coefficients)[]) {
      expect(Math.abs(fitted[key] / KNOWN[key] - 1)).toBeLessThan(0.06);
    }
    // E|N(0, 0.03)| = 0.024.
    expect(meanError(fitted, shapes)).toBeLessThan(0.03);
  });

  it('recovers any constants', () => {
    const rate = (low: number, high: number) =>
      fc.double({ min: low, max: high, noNaN: true }).map((exponent) => 10 ** exponent);
    fc.assert(
      fc.property(
        rate(-7, -4),
        rate(-8, -6),
        rate(9, 12.5),
        rate(10, 15),
        (operator, adapter, bytesPerSecond, flopsPerSecond) => {
          const known = { operator, adapter, bytesPerSecond, flopsPerSecond };
          const shapes = synthetic(known, 0, 'any');
          expect(meanError(fitOperator(shapes), shapes)).toBeLessThan(1e-3);
        },
      ),
      { numRuns: 100 },
    );
  });

  it('says that a rate is unknown instead of inventing one', () => {
    const shapes = synthetic(KNOWN, 0, 'bytes').filter((shape) => shape.flops / shape.bytes < 50);
    const fitted = fitOperator(shapes);
    expect(fitted.flopsPerSecond).toBe(Infinity);
    expect(fitted.bytesPerSecond / KNOWN.bytesPerSecond).toBeCloseTo(1, 6);
  });

  it('never returns a negative cost', () => {
    // Times that fall with the number of adapters: the best non-negative slope is zero.
    const shapes = synthetic(KNOWN, 0, 'negative').map((shape) => ({
      ...shape,
      seconds: shape.seconds + 60e-6 - 0.6e-6 * shape.distinct,
    }));
    const fitted = fitOperator(shapes);
    expect(fitted.adapter).toBe(0);
    expect(fitted.operator).toBeGreaterThan(0);
  });

  it('needs four shapes', () => {
    expect(() => fitOperator(synthetic(KNOWN, 0, 'few').slice(0, 3))).toThrow(/at least 4/);
  });

  it('fits launches alone where the rates are given', () => {
    const shapes = synthetic(KNOWN, 0, 'launch');
    const fitted = fitLaunch(shapes, KNOWN);
    expect(fitted.operator / KNOWN.operator).toBeCloseTo(1, 6);
    expect(fitted.adapter / KNOWN.adapter).toBeCloseTo(1, 6);
  });
});
