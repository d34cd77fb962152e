/**
 * The operator in plain TypeScript on typed arrays: the correctness oracle of the other backends and the last resort where
 * neither a compiler nor a GPU is at hand. Weights are decoded to fp32 once, at create; sums are double precision.
 */
import { hrtime } from 'node:process';
import type { Backend, Roofline, RunOptions, Session } from '../backend.ts';
import { store, toFloat32 } from '../dtype.ts';
import { bestNanoseconds, flushHostCaches, measureHostBandwidth } from '../host-bandwidth.ts';
import { cpuName } from '../machine.ts';
import { KERNEL_DTYPES, MAX_RANK, outWidth, type Problem, type Storage } from '../operator.ts';

/** Dot product with four independent sums, so that the additions do not wait for each other. */
function dot(a: Float32Array, aFrom: number, b: Float32Array, bFrom: number, length: number): number {
  let s0 = 0;
  let s1 = 0;
  let s2 = 0;
  let s3 = 0;
  let i = 0;
  for (; i + 3 < length; i += 4) {
    s0 += a[aFrom + i] * b[bFrom + i];
    s1 += a[aFrom + i + 1] * b[bFrom + i + 1];
    s2 += a[aFrom + i + 2] * b[bFrom + i + 2];
    s3 += a[aFrom + i + 3] * b[bFrom + i + 3];
  }
  for (; i < length; i++) s0 += a[aFrom + i] * b[bFrom + i];
  return s0 + s1 + (s2 + s3);
}

class JsSession implements Session {
  private readonly problem: Problem;
  private readonly x: Float32Array;
  private readonly a: Float32Array[];
  private readonly b: Float32Array[];
  private readonly y: Storage;

  constructor(problem: Problem) {
    this.problem = problem;
    this.x = toFloat32(problem.dtype, problem.x);
    this.a = problem.a.map((arena) => toFloat32(problem.dtype, arena));
    this.b = problem.b.map((arena) => toFloat32(problem.dtype, arena));
    this.y = problem.y.slice();
  }

  private launch(): void {
    const { problem, x, a, b, y } = this;
    const { dtype, inDim, sliceDims, segStart, segRank, segRankStart, segScale, rows, outRows, rowScale } = problem;
    const width = outWidth(problem);
    const h = new Float32Array(MAX_RANK);
    const row = new Float64Array(width);
    for (let g = 0; g < segRank.length; g++) {
      const rank = segRank[g];
      for (let p = segStart[g]; p < segStart[g + 1]; p++) {
        const scale = segScale[g] * rowScale[p];
        const first = outRows[p] * width;
        let column = 0;
        for (let s = 0; s < sliceDims.length; s++) {
          for (let k = 0; k < rank; k++) h[k] = dot(a[s], (segRankStart[g] + k) * inDim, x, rows[p] * inDim, inDim);
          let at = segRankStart[g] * sliceDims[s];
          for (let o = 0; o < sliceDims[s]; o++, at += rank) row[column++] = scale * dot(b[s], at, h, 0, rank);
        }
        if (problem.accumulate) {
          const before = toFloat32(dtype, y.subarray(first, first + width));
          for (let c = 0; c < width; c++) row[c] += before[c];
        }
        store(dtype, row, width, y, first);
      }
    }
  }

  async run({ iterations, launches, cache }: RunOptions): Promise<Float64Array> {
    const samples = new Float64Array(iterations);
    for (let i = 0; i < iterations; i++) {
      if (cache === 'flushed') flushHostCaches();
      const start = hrtime.bigint();
      for (let l = 0; l < launches; l++) this.launch();
      samples[i] = Number(hrtime.bigint() - start) / launches;
    }
    return samples;
  }

  async read(): Promise<Storage> {
    return this.y.slice();
  }

  async release(): Promise<void> {}
}

/** A dense product as a user of typed arrays would write it: rows of A against rows of Bᵀ, tiled for the caches. */
function denseProduct(n: number): { flops: number; run: () => void } {
  const a = new Float32Array(n * n).fill(1.5);
  const b = new Float32Array(n * n).fill(0.5);
  const c = new Float32Array(n * n);
  const tile = 32;
  const run = (): void => {
    for (let i0 = 0; i0 < n; i0 += tile)
      for (let j0 = 0; j0 < n; j0 += tile)
        for (let i = i0; i < i0 + tile; i++)
          for (let j = j0; j < j0 + tile; j++) c[i * n + j] = dot(a, i * n, b, j * n, n);
  };
  return { flops: 2 * n ** 3, run };
}

export const js: Backend = {
  name: 'js',
  summary: 'plain TypeScript on typed arrays: the oracle and the last resort',
  crashy: false,
  preference: 1,
  async probe() {
    return {
      backend: 'js',
      usable: true,
      device: `${cpuName()}, 1 thread`,
      variant: `node ${process.versions.node}`,
      software: false,
      dtypes: [...KERNEL_DTYPES],
      steps: [{ candidate: 'typed arrays', outcome: 'ok', reason: 'needs nothing but Node', remedy: '' }],
    };
  },
  async create(problem) {
    return new JsSession(problem);
  },
  async roofline(quick): Promise<Roofline> {
    const { readGBps, copyGBps } = measureHostBandwidth(quick);
    const product = denseProduct(quick ? 256 : 512);
    const gflops = product.flops / bestNanoseconds(product.run, quick ? 0.3 : 1);
    return {
      readGBps,
      copyGBps,
      denseGflops: { fp32: gflops, bf16: gflops, fp16: gflops },
      how: 'one JavaScript thread: the faster of a sum of a Float64Array and a search through its bytes; copy with set(), each byte read and written; tiled product of Float32Arrays',
    };
  },
};
