/** The search finds known minima and never leaves its box. */
import { expect, test } from 'vitest';
import { minimise } from '../../../src/study/reproduce/search.ts';

test("Rosenbrock's valley", () => {
  const { values, loss } = minimise(
    ([x, y]) => (1 - x) ** 2 + 100 * (y - x * x) ** 2,
    [
      { start: 0.2, low: -2, high: 2 },
      { start: 0.9, low: -2, high: 2 },
    ],
    { evaluations: 500, tolerance: 1e-9 },
  );
  expect(loss).toBeLessThan(1e-4);
  expect(values[0]).toBeCloseTo(1, 1);
});

test('a minimum outside the box is approached at its edge', () => {
  const seen: number[] = [];
  const { values } = minimise(
    ([x]) => {
      seen.push(x);
      return (x - 5) ** 2;
    },
    [{ start: 0.5, low: 0, high: 1 }],
  );
  expect(values[0]).toBeGreaterThan(0.99);
  expect(seen.every((x) => x >= 0 && x <= 1)).toBe(true);
});
