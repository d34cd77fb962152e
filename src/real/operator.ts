/**
 * The multi-LoRA operator that every kernel backend computes, and the flat layout in which it is handed over.
 *
 *   y[outRow[e], cols_s] (+)= scale[l] · rowScale[e] · B_{s,l} (A_{s,l} x[inRow[e]])      l = segLora[segment of e]
 *
 * for every entry e of every segment and every fused slice s (q|k|v: three slices, gate|up: two; each slice has an A and a
 * B of its own and y's columns are the slices side by side). A dense batch has one entry a token. Expert LoRA has one entry
 * a (token, chosen expert) pair, sorted into segments by (adapter, expert):
 *   gate|up  inRow = token,          outRow = token·top_k + j, rowScale = 1
 *   down     inRow = token·top_k + j, outRow = token·top_k + j, rowScale = routing weight
 * and the sum over a token's experts stays with the base model's own epilogue (as vLLM's fused MoE LoRA leaves it). So no
 * two entries share an output row, and no backend needs atomics.
 *
 * Rows of y that no entry with an adapter names (base-only tokens, padding) keep their bits, also in overwrite mode.
 *
 * Storage is fp32, bf16 or fp16 (the last two as raw bits in a Uint16Array); products are summed in fp32 or better. A
 * backend may round A·x to the storage type (tensor cores have to); the tolerance in reference.ts allows exactly that.
 *
 * Sources of the operator: Chen et al., "Punica" (MLSys 2024); Sheng et al., "S-LoRA" (MLSys 2024).
 */

export const KERNEL_DTYPES = ['fp32', 'bf16', 'fp16'] as const;
export type KernelDtype = (typeof KERNEL_DTYPES)[number];

/** Raw storage: Float32Array for fp32, Uint16Array with the bits for bf16 and fp16. */
export type Storage = Float32Array | Uint16Array;

/** Every matrix in an arena starts at a multiple of this many elements (64 B at 16 bit), so that wide loads may be used. */
export const ARENA_ALIGN = 32;

export interface Problem {
  readonly name: string;
  readonly dtype: KernelDtype;
  /** Columns of x, and of every A. */
  readonly inDim: number;
  /** Output columns of each slice; y has their sum. At least one. */
  readonly outDims: Int32Array;
  readonly accumulate: boolean;

  /** xRows × inDim, row-major, no padding between rows. */
  readonly x: Storage;
  readonly xRows: number;
  /** Initial y, yRows × Σ outDims, row-major. A backend copies it; it never writes into it. */
  readonly y: Storage;
  readonly yRows: number;

  /** A "lora" is one (adapter, expert) pair: adapter · experts + expert. experts = 1 for a dense projection. */
  readonly loras: number;
  readonly experts: number;
  /** Rank of each lora, 1 … 256. */
  readonly rank: Int32Array;
  /** alpha / r of each lora. */
  readonly scale: Float32Array;
  /** All A matrices, each rank × inDim row-major. */
  readonly a: Storage;
  /** All B matrices of all slices, each outDims[s] × rank row-major (PEFT's own layout). */
  readonly b: Storage;
  /** First element of A_{s,l} in `a`, at [s · loras + l]; integers below 2^53, multiples of ARENA_ALIGN. */
  readonly aOffset: Float64Array;
  /** First element of B_{s,l} in `b`, at [s · loras + l]. */
  readonly bOffset: Float64Array;

  /** Segment g holds entries segStart[g] … segStart[g+1] − 1; empty segments are legal. Length segments + 1. */
  readonly segStart: Int32Array;
  /** Lora of each segment, or −1: its rows have no adapter. One lora may own several segments. */
  readonly segLora: Int32Array;
  /** Row of x, row of y and routing weight of each entry. */
  readonly inRow: Int32Array;
  readonly outRow: Int32Array;
  readonly rowScale: Float32Array;
}

/** Columns of y. */
export function outWidth(problem: Pick<Problem, 'outDims'>): number {
  return problem.outDims.reduce((sum, out) => sum + out, 0);
}

export function bytesPerElement(dtype: KernelDtype): number {
  return dtype === 'fp32' ? 4 : 2;
}

export function allocate(dtype: KernelDtype, length: number): Storage {
  return dtype === 'fp32' ? new Float32Array(length) : new Uint16Array(length);
}

/** What one launch has to move and compute at least; measured times are held against this count. */
export interface Work {
  /** Weights of each distinct lora in use, once. */
  weightBytes: number;
  /** Each distinct row of x once; each named row of y written, and read too where it accumulates. */
  activationBytes: number;
  bytes: number;
  /** Multiplications and additions of both products. */
  flops: number;
  /** FLOPs of the base model's product over the same rows: what the LoRA time is set beside. */
  baseFlops: number;
  entries: number;
  distinctLoras: number;
}

/** O(entries + loras). */
export function countWork(problem: Problem): Work {
  const { inDim, outDims, rank, segStart, segLora, inRow, accumulate, dtype } = problem;
  const width = outWidth(problem);
  const slices = outDims.length;
  const elementBytes = bytesPerElement(dtype);
  const loraSeen = new Uint8Array(problem.loras);
  const rowSeen = new Uint8Array(problem.xRows);
  let weightElements = 0;
  let rowsRead = 0;
  let entries = 0;
  let distinctLoras = 0;
  let flops = 0;
  for (let g = 0; g < segLora.length; g++) {
    const lora = segLora[g];
    const count = segStart[g + 1] - segStart[g];
    if (lora < 0 || count === 0) continue;
    const elements = rank[lora] * (slices * inDim + width);
    if (loraSeen[lora] === 0) {
      loraSeen[lora] = 1;
      distinctLoras++;
      weightElements += elements;
    }
    entries += count;
    flops += 2 * count * elements;
    for (let e = segStart[g]; e < segStart[g + 1]; e++) {
      if (rowSeen[inRow[e]] === 0) {
        rowSeen[inRow[e]] = 1;
        rowsRead++;
      }
    }
  }
  const weightBytes = weightElements * elementBytes;
  const activationBytes = (rowsRead * inDim + entries * width * (accumulate ? 2 : 1)) * elementBytes;
  return {
    weightBytes,
    activationBytes,
    bytes: weightBytes + activationBytes,
    flops,
    baseFlops: 2 * entries * inDim * width,
    entries,
    distinctLoras,
  };
}

/** Throws where a problem breaks the layout's rules: a backend may rely on them without checking. */
export function assertProblem(problem: Problem): void {
  const fail = (what: string): never => {
    throw new Error(`kernel problem ${problem.name}: ${what}`);
  };
  const { segStart, segLora, inRow, outRow, loras, rank, aOffset, bOffset, outDims, inDim } = problem;
  if (outDims.length === 0) fail('no slices');
  if (segStart.length !== segLora.length + 1) fail('segStart must have one element more than segLora');
  if (segStart[0] !== 0 || segStart[segStart.length - 1] !== inRow.length) fail('segments do not cover the entries');
  if (inRow.length !== outRow.length || inRow.length !== problem.rowScale.length) fail('entry arrays differ in length');
  for (let g = 0; g < segLora.length; g++) {
    if (segStart[g + 1] < segStart[g]) fail(`segment ${g} ends before it starts`);
    if (segLora[g] < -1 || segLora[g] >= loras) fail(`segment ${g} names lora ${segLora[g]} of ${loras}`);
  }
  const written = new Uint8Array(problem.yRows);
  for (let e = 0; e < inRow.length; e++) {
    if (inRow[e] < 0 || inRow[e] >= problem.xRows) fail(`entry ${e} reads row ${inRow[e]} of ${problem.xRows}`);
    if (outRow[e] < 0 || outRow[e] >= problem.yRows) fail(`entry ${e} writes row ${outRow[e]} of ${problem.yRows}`);
    if (written[outRow[e]]++ > 0) fail(`two entries write row ${outRow[e]}`);
  }
  for (let l = 0; l < loras; l++) {
    if (rank[l] < 1 || rank[l] > 256) fail(`rank ${rank[l]} of lora ${l} is outside 1 … 256`);
    for (let s = 0; s < outDims.length; s++) {
      const at = s * loras + l;
      if (aOffset[at] % ARENA_ALIGN !== 0 || aOffset[at] + rank[l] * inDim > problem.a.length) fail(`A of lora ${l}`);
      if (bOffset[at] % ARENA_ALIGN !== 0 || bOffset[at] + rank[l] * outDims[s] > problem.b.length)
        fail(`B of lora ${l}`);
    }
  }
}
