import { describe, expect, it } from 'vitest';
import { js } from '../../src/real/backends/js.ts';
import { assertProblem, countWork } from '../../src/real/operator.ts';
import { compareWithReference } from '../../src/real/reference.ts';
import { TINY_DELTAS, tinyProblem } from './tiny.ts';

const once = { iterations: 1, launches: 1, cache: 'warm' } as const;

describe('the operator by hand', () => {
  for (const accumulate of [true, false]) {
    it(accumulate ? 'accumulates' : 'overwrites', async () => {
      const problem = tinyProblem({ accumulate });
      const session = await js.create(problem);
      await session.run(once);
      const y = await session.read();
      const expected = Float32Array.from(problem.y);
      for (const [row, deltas] of Object.entries(TINY_DELTAS)) {
        deltas.forEach((delta, c) => {
          const at = Number(row) * 3 + c;
          expected[at] = (accumulate ? problem.y[at] : 0) + delta;
        });
      }
      expect(y).toEqual(expected);
      expect(compareWithReference(problem, expected)).toMatchObject({
        checked: 6,
        untouched: 6,
        worstShare: 0,
        fault: null,
      });
      // The session owns its y; the problem's is the caller's.
      expect(problem.y[0]).toBe(0);
    });
  }

  it('counts bytes and FLOPs', () => {
    // Rank rows 1 + 2, each 2 slices × 2 of A and 1 + 2 of B; two rows of x; two rows of y read and written; 4 B each.
    const work = countWork(tinyProblem());
    expect(work).toEqual({
      weightBytes: 3 * 7 * 4,
      activationBytes: (2 * 2 + 2 * 3 * 2) * 4,
      bytes: 3 * 7 * 4 + 16 * 4,
      flops: 2 * (1 + 2) * 7,
      baseFlops: 2 * 2 * 2 * 3,
      pairs: 2,
      distinctOwners: 2,
    });
    expect(countWork(tinyProblem({ accumulate: false })).activationBytes).toBe((2 * 2 + 2 * 3) * 4);
    // A second segment of an owner brings no bytes, a second reading of an x row neither.
    const shared = tinyProblem({
      segRankStart: Int32Array.of(0, 0, 0),
      segRank: Int32Array.of(1, 1, 1),
      rows: Int32Array.of(1, 1),
    });
    expect(countWork(shared)).toMatchObject({ weightBytes: 7 * 4, activationBytes: (2 + 12) * 4, flops: 2 * 2 * 7 });
  });
});

describe('assertProblem', () => {
  it('accepts what keeps the rules', () => {
    expect(() => assertProblem(tinyProblem())).not.toThrow();
  });

  const broken: [string, Parameters<typeof tinyProblem>[0], RegExp][] = [
    ['two pairs on one row', { outRows: Int32Array.of(3, 3) }, /two pairs write row 3/],
    ['a row of x that is not there', { rows: Int32Array.of(2, 0) }, /reads row 2 of 2/],
    ['a negative row of y', { outRows: Int32Array.of(-1, 0) }, /writes row -1/],
    ['a rank of zero', { segRank: Int32Array.of(0, 1, 2) }, /rank 0/],
    ['rank rows past the arena', { segRankStart: Int32Array.of(0, 0, 2) }, /rank rows of segment 2/],
    ['segments that miss a pair', { segStart: Int32Array.of(0, 1, 1, 1) }, /do not cover/],
    ['segments that go back', { segStart: Int32Array.of(0, 2, 1, 2) }, /ends before/],
    ['an arena of the wrong size', { a: [new Float32Array(6), new Float32Array(5)] }, /A of slice 1/],
  ];
  it.each(broken)('rejects %s', (_name, change, message) => {
    expect(() => assertProblem(tinyProblem(change))).toThrow(message);
  });
});
