import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { maxMinShares } from '../../src/run/max-min.ts';

const shares = (demands: number[], capacity: number) => Array.from(maxMinShares(Float64Array.from(demands), capacity));

describe('max-min fair shares', () => {
  // Water-filling by hand: 2 is met, 10 − 2 = 8 over three is 2.67 ≥ 2.6, which is met, the last two halve the 5.4 that is left.
  test('the example of Bertsekas and Gallager', () => {
    expect(shares([2, 2.6, 4, 5], 10)).toEqual([2, 2.6, 2.7, 2.7].map((share) => expect.closeTo(share, 12)));
    expect(shares([5, 2, 4, 2.6], 10)).toEqual([2.7, 2, 2.7, 2.6].map((share) => expect.closeTo(share, 12)));
  });

  test('what nobody demands is spread evenly', () => {
    expect(shares([1, 3], 10)).toEqual([4, 6]);
    expect(shares([0, 0, 0, 0], 8)).toEqual([2, 2, 2, 2]);
    expect(shares([7], 3)).toEqual([3]);
  });

  const demands = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 1e13, noNaN: true })), {
    minLength: 1,
    maxLength: 40,
  });
  const capacities = fc.double({ min: 1, max: 1e13, noNaN: true });

  test('the whole capacity is given out, and no more', () => {
    fc.assert(
      fc.property(demands, capacities, (wanted, capacity) => {
        const given = shares(wanted, capacity);
        expect(Math.min(...given)).toBeGreaterThanOrEqual(0);
        expect(given.reduce((sum, share) => sum + share, 0) / capacity).toBeCloseTo(1, 9);
      }),
    );
  });

  test('nobody who goes short could gain from one that has as much or less', () => {
    fc.assert(
      fc.property(demands, capacities, (wanted, capacity) => {
        const given = shares(wanted, capacity);
        const hair = capacity * 1e-9;
        for (let i = 0; i < given.length; i++) {
          if (given[i] >= wanted[i] - hair) continue;
          for (const other of given) expect(other).toBeLessThanOrEqual(given[i] + hair);
        }
      }),
    );
  });

  test('who demands the same gets the same, wherever it stands', () => {
    fc.assert(
      fc.property(demands, capacities, fc.integer(), (wanted, capacity, turn) => {
        const by = Math.abs(turn) % wanted.length;
        const turned = [...wanted.slice(by), ...wanted.slice(0, by)];
        const given = shares(wanted, capacity);
        const expected = [...given.slice(by), ...given.slice(0, by)];
        for (const [i, share] of shares(turned, capacity).entries()) {
          expect(Math.abs(share - expected[i])).toBeLessThanOrEqual(capacity * 1e-9);
        }
      }),
    );
  });
});
