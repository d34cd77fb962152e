/** The streams of numpy.random.RandomState(42), against values that NumPy 2.4 printed. */
import { describe, expect, test } from 'vitest';
import { NumpyLegacy } from '../../../src/sim/random/numpy-legacy.ts';

const many = <T>(count: number, draw: () => T): T[] => Array.from({ length: count }, draw);

describe('numpy legacy', () => {
  test('one stream through several distributions, each where the one before it stopped', () => {
    const random = new NumpyLegacy(42);
    expect(many(3, () => random.random())).toEqual([0.3745401188473625, 0.9507143064099162, 0.7319939418114051]);
    expect(many(5, () => random.randint(8, 512))).toEqual([196, 28, 110, 129, 474]);
    const close = (values: number[], expected: number[]) =>
      values.forEach((value, i) => {
        expect(value / expected[i]).toBeCloseTo(1, 12);
      });
    close(
      many(3, () => random.power(0.1)),
      [9.97494411379954e-11, 0.0004173315050159116, 1.7126717527605967e-5],
    );
    close(
      many(3, () => random.gamma(0.25, 4)),
      [0.0016664238722798948, 4.050727390106097e-5, 1.1315659721061727e-6],
    );
    close(
      many(3, () => random.gamma(1, 0.5)),
      [0.2552969683997906, 0.02389480563188588, 1.8201497768138801],
    );
  });
});
