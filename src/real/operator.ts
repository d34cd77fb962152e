/**
 * The multi-LoRA operator that every kernel backend computes, and the flat layout in which it is handed over.
 *
 *   y[outRows[p], cols_s] (+)= rowScale[p] · segScale[g] · B_{s,g} (A_{s,g} x[rows[p]])
 *
 * for every pair p of every segment g and every fused slice s (q|k|v: three slices, gate|up: two; each slice has an A and a
 * B of its own and y's columns are the slices side by side). A dense batch has one pair a token. Expert LoRA has one pair
 * a (token, chosen expert), sorted into segments by (adapter, expert):
 *   gate|up  rows = token,             outRows = token·top_k + j, rowScale = 1
 *   down     rows = token·top_k + j,   outRows = token·top_k + j, rowScale = routing weight
 * and the sum over a token's experts stays with the base model's own epilogue (as vLLM's fused MoE LoRA leaves it). So no
 * two pairs share an output row, and no backend needs atomics.
 *
 * Rows of y that no pair names (tokens without an adapter, padding) keep their bits, also in overwrite mode.
 *
 * Weights: one arena a slice, addressed by rank row. Whatever has weights (an adapter, or an adapter's expert) owns the rank
 * rows rankStart … rankStart + rank − 1, with no padding between owners of different rank, so mixed ranks need none.
 *
 * Storage is fp32, bf16 or fp16 (the last two as raw bits in a Uint16Array); products are summed in fp32 or better. A
 * backend may round A·x to the storage type (tensor cores have to); the tolerance in reference.ts allows exactly that.
 *
 * Sources of the operator: Chen et al., "Punica" (MLSys 2024); Sheng et al., "S-LoRA" (MLSys 2024). native/README.md gives
 * the same layout for the C++ side.
 */

export const KERNEL_DTYPES = ['fp32', 'bf16', 'fp16'] as const;
export type KernelDtype = (typeof KERNEL_DTYPES)[number];

/** Raw storage: Float32Array for fp32, Uint16Array with the bits for bf16 and fp16. */
export type Storage = Float32Array | Uint16Array;

export const MAX_RANK = 256;

export interface Problem {
  readonly name: string;
  readonly dtype: KernelDtype;
  /** Columns of x, and of every A. */
  readonly inDim: number;
  /** Output columns of each slice; y has their sum. At least one. */
  readonly sliceDims: Int32Array;
  /** False: a named row starts from zero instead of from its old contents. */
  readonly accumulate: boolean;

  /** xRows × inDim, row-major. */
  readonly x: Storage;
  readonly xRows: number;
  /** Initial y, yRows × Σ sliceDims, row-major. A backend copies it and never writes into it. */
  readonly y: Storage;
  readonly yRows: number;

  /** Rank rows of each arena. */
  readonly totalRank: number;
  /** For each slice totalRank × inDim: A of an owner is rank × inDim row-major, from element rankStart · inDim. */
  readonly a: readonly Storage[];
  /** For each slice: B of an owner is sliceDims[s] × rank row-major (PEFT's own order), from rankStart · sliceDims[s]. */
  readonly b: readonly Storage[];

  /** Segment g holds pairs segStart[g] … segStart[g+1] − 1; empty segments are legal. Length segments + 1. */
  readonly segStart: Int32Array;
  /** First rank row and rank (1 … 256) of the segment's owner. One owner may have several segments. */
  readonly segRankStart: Int32Array;
  readonly segRank: Int32Array;
  /** alpha / rank of the owner. */
  readonly segScale: Float32Array;
  /** Row of x, row of y and routing weight of each pair. */
  readonly rows: Int32Array;
  readonly outRows: Int32Array;
  readonly rowScale: Float32Array;
}

/** Columns of y. */
export function outWidth(problem: Pick<Problem, 'sliceDims'>): number {
  return problem.sliceDims.reduce((sum, out) => sum + out, 0);
}

export function bytesPerElement(dtype: KernelDtype): number {
  return dtype === 'fp32' ? 4 : 2;
}

export function allocate(dtype: KernelDtype, length: number): Storage {
  return dtype === 'fp32' ? new Float32Array(length) : new Uint16Array(length);
}

/** What one launch has to move and compute at least; measured times are held against this count. */
export interface Work {
  /** Weights of each distinct owner in use, once. */
  weightBytes: number;
  /** Each distinct row of x once; each named row of y written, and read too where it accumulates. */
  activationBytes: number;
  bytes: number;
  /** Multiplications and additions of both products. */
  flops: number;
  /** FLOPs of the base model's product over the same pairs: what the LoRA time is set beside. */
  baseFlops: number;
  pairs: number;
  distinctOwners: number;
}

/** O(pairs + segments + rank rows). */
export function countWork(problem: Problem): Work {
  const { inDim, sliceDims, segStart, segRankStart, segRank, rows, accumulate, dtype } = problem;
  const width = outWidth(problem);
  const elementsPerRank = sliceDims.length * inDim + width;
  const elementBytes = bytesPerElement(dtype);
  const ownerSeen = new Uint8Array(problem.totalRank);
  const rowSeen = new Uint8Array(problem.xRows);
  let weightElements = 0;
  let rowsRead = 0;
  let pairs = 0;
  let distinctOwners = 0;
  let flops = 0;
  for (let g = 0; g < segRank.length; g++) {
    const count = segStart[g + 1] - segStart[g];
    if (count === 0) continue;
    const elements = segRank[g] * elementsPerRank;
    if (ownerSeen[segRankStart[g]] === 0) {
      ownerSeen[segRankStart[g]] = 1;
      distinctOwners++;
      weightElements += elements;
    }
    pairs += count;
    flops += 2 * count * elements;
    for (let p = segStart[g]; p < segStart[g + 1]; p++) {
      if (rowSeen[rows[p]] === 0) {
        rowSeen[rows[p]] = 1;
        rowsRead++;
      }
    }
  }
  const weightBytes = weightElements * elementBytes;
  const activationBytes = (rowsRead * inDim + pairs * width * (accumulate ? 2 : 1)) * elementBytes;
  return {
    weightBytes,
    activationBytes,
    bytes: weightBytes + activationBytes,
    flops,
    baseFlops: 2 * pairs * inDim * width,
    pairs,
    distinctOwners,
  };
}

/** Throws where a problem breaks the layout's rules: a backend may rely on them without checking. */
export function assertProblem(problem: Problem): void {
  const fail = (what: string): never => {
    throw new Error(`kernel problem ${problem.name}: ${what}`);
  };
  const { segStart, segRank, segRankStart, rows, outRows, totalRank, sliceDims, inDim, xRows, yRows } = problem;
  const slices = sliceDims.length;
  if (slices === 0 || problem.a.length !== slices || problem.b.length !== slices) fail('one A and one B arena a slice');
  if (problem.x.length !== xRows * inDim) fail(`x has ${problem.x.length} elements, not ${xRows} × ${inDim}`);
  if (problem.y.length !== yRows * outWidth(problem)) fail(`y has ${problem.y.length} elements`);
  for (let s = 0; s < slices; s++) {
    if (problem.a[s].length !== totalRank * inDim) fail(`A of slice ${s} has ${problem.a[s].length} elements`);
    if (problem.b[s].length !== totalRank * sliceDims[s]) fail(`B of slice ${s} has ${problem.b[s].length} elements`);
  }
  if (segStart.length !== segRank.length + 1 || segRankStart.length !== segRank.length) fail('segment arrays differ');
  if (segStart[0] !== 0 || segStart[segRank.length] !== rows.length) fail('segments do not cover the pairs');
  if (rows.length !== outRows.length || rows.length !== problem.rowScale.length) fail('pair arrays differ in length');
  for (let g = 0; g < segRank.length; g++) {
    if (segStart[g + 1] < segStart[g]) fail(`segment ${g} ends before it starts`);
    if (segRank[g] < 1 || segRank[g] > MAX_RANK) fail(`rank ${segRank[g]} of segment ${g} is outside 1 … ${MAX_RANK}`);
    if (segRankStart[g] < 0 || segRankStart[g] + segRank[g] > totalRank) fail(`rank rows of segment ${g}`);
  }
  const written = new Uint8Array(yRows);
  for (let p = 0; p < rows.length; p++) {
    if (!(rows[p] >= 0 && rows[p] < xRows)) fail(`pair ${p} reads row ${rows[p]} of ${xRows}`);
    if (!(outRows[p] >= 0 && outRows[p] < yRows)) fail(`pair ${p} writes row ${outRows[p]} of ${yRows}`);
    if (written[outRows[p]]++ > 0) fail(`two pairs write row ${outRows[p]}`);
  }
}
