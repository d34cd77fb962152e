/**
 * The operator in float64, and how far a backend may be from it.
 *
 * Tolerance of an output element, with u the storage type's unit roundoff and v = 2⁻²⁴ fp32's:
 *
 *   2·u·|y|                                  rounding of the output
 *   2·u·Σ_k |B_k h_k|                        rounding of h = A·x to the storage type (16 bit: tensor cores need it)
 *   8·√n·v·Σ_k |B_k| Σ_i |A_ki x_i|          fp32 summation of n = in + rank terms in any order: the probabilistic bound of
 *                                            Higham and Mary (SIAM J. Sci. Comput. 41(5), 2019) with λ = 8
 *
 * A wrong adapter, slice, rank tail or scale is off by the size of the terms themselves, orders of magnitude more.
 */
import { rawBits, SMALLEST, toFloat32, UNIT_ROUNDOFF } from './dtype.ts';
import { MAX_RANK, outWidth, type Problem, type Storage } from './operator.ts';

export interface Comparison {
  /** Elements compared with the reference. */
  checked: number;
  /** Elements of rows that no pair names; each must keep its bits. */
  untouched: number;
  /** Largest |y − reference| over the tolerance of its element; at most 1 in a right result. NaN counts as infinite. */
  worstShare: number;
  /** Largest |y − reference| ÷ max(1, |reference|). */
  worstError: number;
  /** First thing that is wrong, or null. */
  fault: string | null;
}

/** O(pairs · rank · (in + out)); `maxPairs` checks an even sample of the pairs where the whole would take too long. */
export function compareWithReference(problem: Problem, result: Storage, maxPairs = Infinity): Comparison {
  const { dtype, inDim, sliceDims, segStart, segRank, segRankStart, segScale, rows, outRows, rowScale } = problem;
  const width = outWidth(problem);
  const u = UNIT_ROUNDOFF[dtype];
  const v = UNIT_ROUNDOFF.fp32;
  const named = new Uint8Array(problem.yRows);
  const comparison: Comparison = { checked: 0, untouched: 0, worstShare: 0, worstError: 0, fault: null };
  const stride = Math.max(1, Math.ceil(rows.length / maxPairs));
  const h = new Float64Array(MAX_RANK);
  const hMagnitude = new Float64Array(MAX_RANK);
  for (let g = 0; g < segRank.length; g++) {
    const rank = segRank[g];
    for (let p = segStart[g]; p < segStart[g + 1]; p++) named[outRows[p]] = 1;
    const first = Math.ceil(segStart[g] / stride) * stride;
    if (first >= segStart[g + 1]) continue;
    const start = segRankStart[g];
    let sliceColumn = 0;
    for (let s = 0; s < sliceDims.length; s++) {
      const out = sliceDims[s];
      const a = toFloat32(dtype, problem.a[s].subarray(start * inDim, (start + rank) * inDim));
      const b = toFloat32(dtype, problem.b[s].subarray(start * out, (start + rank) * out));
      const summation = 8 * Math.sqrt(inDim + rank) * v;
      for (let p = first; p < segStart[g + 1]; p += stride) {
        const x = toFloat32(dtype, problem.x.subarray(rows[p] * inDim, (rows[p] + 1) * inDim));
        const from = outRows[p] * width + sliceColumn;
        const before = toFloat32(dtype, problem.y.subarray(from, from + out));
        const after = toFloat32(dtype, result.subarray(from, from + out));
        const scale = segScale[g] * rowScale[p];
        for (let k = 0; k < rank; k++) {
          let sum = 0;
          let magnitude = 0;
          for (let i = 0; i < inDim; i++) {
            const term = a[k * inDim + i] * x[i];
            sum += term;
            magnitude += Math.abs(term);
          }
          h[k] = sum;
          hMagnitude[k] = magnitude;
        }
        for (let o = 0; o < out; o++) {
          let sum = 0;
          let magnitude = 0;
          let spread = 0;
          for (let k = 0; k < rank; k++) {
            const weight = b[o * rank + k];
            sum += weight * h[k];
            magnitude += Math.abs(weight * h[k]);
            spread += Math.abs(weight) * hMagnitude[k];
          }
          const old = problem.accumulate ? before[o] : 0;
          const expected = old + scale * sum;
          const tolerance =
            2 * u * Math.abs(expected) +
            Math.abs(scale) * (2 * u * magnitude + summation * spread) +
            4 * v * Math.abs(old) +
            SMALLEST[dtype];
          const error = Math.abs(after[o] - expected);
          const share = Number.isNaN(error) ? Infinity : error / tolerance;
          const relative = Number.isNaN(error) ? Infinity : error / Math.max(1, Math.abs(expected));
          comparison.checked++;
          comparison.worstShare = Math.max(comparison.worstShare, share);
          comparison.worstError = Math.max(comparison.worstError, relative);
          if (share > 1 && comparison.fault === null) {
            comparison.fault =
              `row ${outRows[p]} column ${sliceColumn + o}: ${after[o]}, ` +
              `expected ${expected} ± ${tolerance.toExponential(1)} (segment ${g}, rank ${rank})`;
          }
        }
      }
      sliceColumn += out;
    }
  }
  compareUntouched(problem, result, named, width, comparison);
  return comparison;
}

function compareUntouched(
  problem: Problem,
  result: Storage,
  named: Uint8Array,
  width: number,
  comparison: Comparison,
): void {
  const before = rawBits(problem.y);
  const after = rawBits(result);
  for (let row = 0; row < problem.yRows; row++) {
    if (named[row] === 1) continue;
    comparison.untouched += width;
    for (let e = row * width; e < (row + 1) * width; e++) {
      if (before[e] === after[e]) continue;
      comparison.worstShare = Infinity;
      comparison.fault ??= `row ${row} has no adapter, but its bits changed in column ${e - row * width}`;
      break;
    }
  }
}
