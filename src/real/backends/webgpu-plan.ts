/**
 * Host side of the WGSL kernels: which workgroup does what. One list a kernel, built once a batch (as an engine would build
 * it once a step and reuse it for every projection of every layer), holding only work that exists: an empty segment, a
 * short rank or a narrow slice costs nothing.
 */
import type { Problem } from '../operator.ts';
import { DECODE_ROWS, DECODE_THREADS, EXPAND_TILE, elementsPerWord, SHRINK_TILE } from './webgpu-wgsl.ts';

/** Segments of at least this many pairs are tiled; shorter ones go token by token. */
const TILED_FROM = 8;

export interface Plan {
  shrinkDecode: Uint32Array;
  expandDecode: Uint32Array;
  shrinkPrefill: Uint32Array;
  expandPrefill: Uint32Array;
  /** First element of each slice in the joined arenas of A and B (even), and the arenas' lengths. */
  aBase: number[];
  bBase: number[];
  aElements: number;
  bElements: number;
  /** First column of each slice in y on the device (even), and the columns of a row there. */
  yColumn: number[];
  yColumns: number;
  /** Elements of h: slices × rank for each pair. */
  hElements: number;
  pairScale: Float32Array;
}

export const TASK_WORDS = { shrinkDecode: 4, expandDecode: 8, shrinkPrefill: 8, expandPrefill: 8 } as const;
export type KernelName = keyof typeof TASK_WORDS;

const even = (n: number): number => n + (n & 1);

export function planProblem(problem: Problem): Plan {
  const { dtype, inDim, totalRank, segStart, segRank, segRankStart, segScale, rows, outRows, rowScale } = problem;
  const sliceDims = [...problem.sliceDims];
  const wide = elementsPerWord(dtype);
  const pad = wide === 2 ? even : (n: number) => n;
  const layOut = (lengths: number[]): { base: number[]; total: number } => {
    let total = 0;
    const base = lengths.map((length) => {
      const at = total;
      total += pad(length);
      return at;
    });
    return { base, total };
  };
  const { base: aBase, total: aElements } = layOut(sliceDims.map(() => totalRank * inDim));
  const { base: bBase, total: bElements } = layOut(sliceDims.map((out) => totalRank * out));
  const { base: yColumn, total: yColumns } = layOut(sliceDims);
  const scaleWord = new Float32Array(1);
  const scaleBits = new Uint32Array(scaleWord.buffer);
  const pairScale = new Float32Array(rows.length);
  const lists = {
    shrinkDecode: [] as number[],
    expandDecode: [] as number[],
    shrinkPrefill: [] as number[],
    expandPrefill: [] as number[],
  };
  let hElements = 0;

  const decodeColumns = DECODE_THREADS * wide;
  const planToken = (g: number, p: number, h: number): void => {
    scaleWord[0] = pairScale[p];
    for (let s = 0; s < sliceDims.length; s++) {
      const hSlice = h + s * segRank[g];
      for (let k = 0; k < segRank[g]; k += DECODE_ROWS) {
        const from = aBase[s] + (segRankStart[g] + k) * inDim;
        lists.shrinkDecode.push(rows[p] * inDim, from, Math.min(DECODE_ROWS, segRank[g] - k), hSlice + k);
      }
      for (let c = 0; c < sliceDims[s]; c += decodeColumns) {
        const word = (outRows[p] * yColumns + yColumn[s] + c) / wide;
        const from = bBase[s] + segRankStart[g] * sliceDims[s] + c * segRank[g];
        lists.expandDecode.push(
          word,
          from,
          segRank[g],
          hSlice,
          scaleBits[0],
          Math.min(decodeColumns, sliceDims[s] - c),
          0,
          0,
        );
      }
    }
  };

  const planTiles = (g: number, h0: number): void => {
    const rank = segRank[g];
    const hPair = sliceDims.length * rank;
    const start = segStart[g];
    const count = segStart[g + 1] - start;
    for (let s = 0; s < sliceDims.length; s++) {
      for (let p = 0; p < count; p += SHRINK_TILE.pairs) {
        const pairs = Math.min(SHRINK_TILE.pairs, count - p);
        for (let k = 0; k < rank; k += SHRINK_TILE.ranks) {
          const from = aBase[s] + (segRankStart[g] + k) * inDim;
          const h = h0 + p * hPair + s * rank + k;
          lists.shrinkPrefill.push(start + p, pairs, from, Math.min(SHRINK_TILE.ranks, rank - k), h, hPair, 0, 0);
        }
      }
      for (let p = 0; p < count; p += EXPAND_TILE.pairs) {
        const pairs = Math.min(EXPAND_TILE.pairs, count - p);
        for (let c = 0; c < sliceDims[s]; c += EXPAND_TILE.columns) {
          const from = bBase[s] + segRankStart[g] * sliceDims[s] + c * rank;
          const columns = Math.min(EXPAND_TILE.columns, sliceDims[s] - c);
          const h = h0 + p * hPair + s * rank;
          lists.expandPrefill.push(start + p, pairs, from, columns, h, hPair, rank, (yColumn[s] + c) / wide);
        }
      }
    }
  };

  for (let g = 0; g < segRank.length; g++) {
    const count = segStart[g + 1] - segStart[g];
    const hPair = sliceDims.length * segRank[g];
    for (let p = segStart[g]; p < segStart[g + 1]; p++) pairScale[p] = segScale[g] * rowScale[p];
    if (count >= TILED_FROM) planTiles(g, hElements);
    else for (let i = 0; i < count; i++) planToken(g, segStart[g] + i, hElements + i * hPair);
    hElements += count * hPair;
  }
  return {
    shrinkDecode: Uint32Array.from(lists.shrinkDecode),
    expandDecode: Uint32Array.from(lists.expandDecode),
    shrinkPrefill: Uint32Array.from(lists.shrinkPrefill),
    expandPrefill: Uint32Array.from(lists.expandPrefill),
    aBase,
    bBase,
    aElements,
    bElements,
    yColumn,
    yColumns,
    hElements,
    pairScale,
  };
}
