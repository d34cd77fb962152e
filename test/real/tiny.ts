/** A problem small enough to compute by hand: two adapters of rank 1 and 2, two slices, four rows of which two are named. */
import type { Problem } from '../../src/real/operator.ts';

export function tinyProblem(change: Partial<Problem> = {}): Problem {
  return {
    name: 'tiny',
    dtype: 'fp32',
    inDim: 2,
    sliceDims: Int32Array.of(1, 2),
    accumulate: true,
    x: Float32Array.of(1, 2, 3, 4),
    xRows: 2,
    y: Float32Array.from({ length: 12 }, (_, i) => 100 * i),
    yRows: 4,
    totalRank: 3,
    // Adapter 0: rank row 0. Adapter 1: rank rows 1 and 2.
    a: [Float32Array.of(1, 0, 0, 1, 1, 1), Float32Array.of(2, 0, 0, 2, 1, -1)],
    b: [Float32Array.of(5, 1, 10), Float32Array.of(1, 2, 1, 0, 0, 1)],
    segStart: Int32Array.of(0, 1, 1, 2),
    segRankStart: Int32Array.of(0, 0, 1),
    segRank: Int32Array.of(1, 1, 2),
    segScale: Float32Array.of(2, 2, 0.5),
    rows: Int32Array.of(1, 0),
    outRows: Int32Array.of(3, 0),
    rowScale: Float32Array.of(1, 4),
    ...change,
  };
}

/**
 * By hand. Row 3 (adapter 0, x = (3, 4), scale 2): h = 3 | 6, delta = 2·(15 | 6, 12) = 30 | 12, 24.
 * Row 0 (adapter 1, x = (1, 2), scale 0.5·4): h = (2, 3) | (4, −1), delta = 2·(32 | 4, −1) = 64 | 8, −2.
 */
export const TINY_DELTAS: Readonly<Record<number, readonly number[]>> = { 3: [30, 12, 24], 0: [64, 8, -2] };
