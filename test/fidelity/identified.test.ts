/** What a fit says of how well it knows its parameters. */
import { expect, test } from 'vitest';
import { relativeErrors } from '../../src/study/reproduce/identified.ts';

test('a straight line through noise: the errors of the textbook', () => {
  // y = a·1 + b·x, x = −2 … 2: variances σ² / n and σ² / Σx².
  const xs = [-2, -1, 0, 1, 2];
  const noise = [0.1, -0.2, 0.2, -0.2, 0.1];
  const [a, b] = relativeErrors(noise, [xs.map(() => 1), xs]);
  const variance = noise.reduce((sum, value) => sum + value ** 2, 0) / 3;
  expect(a).toBeCloseTo(Math.sqrt(variance / 5), 12);
  expect(b).toBeCloseTo(Math.sqrt(variance / 10), 12);
});

test('parameters that stand in for each other, that nothing depends on, or as many as values, are not known', () => {
  const residual = [0.1, -0.1, 0.2, 0.1];
  const column = [1, 2, 3, 4];
  const twice = column.map((value) => 2 * value);
  const other = [1, -1, 1, -1];
  const [first, second, third, none] = relativeErrors(
    residual,
    [column, twice, other, [0, 0, 0, 0]].slice(0, 3),
  ).concat(relativeErrors(residual, [column, [0, 0, 0, 0]])[1]);
  expect([first, second, none]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect(third).toBeLessThan(0.2);
  expect(relativeErrors([0.1], [[1]])).toEqual([Number.POSITIVE_INFINITY]);
  // Nearly the same: known together, hardly apart.
  const nearly = column.map((value, i) => value + (i === 1 ? 0.01 : 0));
  expect(relativeErrors(residual, [column, nearly])[0]).toBeGreaterThan(5);
});
