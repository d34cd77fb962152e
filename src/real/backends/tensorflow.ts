/**
 * What a user of TensorFlow.js would write, as the baseline of every comparison: `gather` stacks all adapters padded to the
 * largest rank, gathers a copy for every token and multiplies in a batch (as vLLM's first LoRA and PEFT's mixed batches do);
 * `loop` runs two products an adapter. TensorFlow.js has no 16-bit tensors: fp32 only.
 */

import { hrtime } from 'node:process';
import type * as Tfjs from '@tensorflow/tfjs-core';
import type { Backend, ProbeResult, ProbeStep, Roofline, RunOptions, Session } from '../backend.ts';
import { flushHostCaches, measureHostBandwidth } from '../host-bandwidth.ts';
import { outWidth, type Problem, type Storage } from '../operator.ts';
import { openTensorflow, RUNTIMES, type RuntimeName, type TensorflowRuntime } from './tensorflow-runtime.ts';

export type Form = 'gather' | 'loop';

/** Weights of the owners in use, in order of first appearance, and which of them each pair uses. */
interface Owners {
  rankStart: number[];
  rank: number[];
  ofSegment: number[];
}

function owners(problem: Problem): Owners {
  const seen = new Map<number, number>();
  const found: Owners = { rankStart: [], rank: [], ofSegment: [] };
  for (let g = 0; g < problem.segRank.length; g++) {
    const start = problem.segRankStart[g];
    let at = seen.get(start);
    if (at === undefined) {
      at = found.rank.length;
      seen.set(start, at);
      found.rankStart.push(start);
      found.rank.push(problem.segRank[g]);
    }
    found.ofSegment.push(at);
  }
  return found;
}

/** y's rows named by the pairs, as computed: [pairs, Σ out]. */
type Compute = () => Tfjs.Tensor2D;

class TensorflowSession implements Session {
  private readonly tf: typeof Tfjs;
  private readonly problem: Problem;
  private readonly compute: Compute | null;
  private readonly held: Tfjs.Tensor[] = [];
  private y: Tfjs.Tensor2D;

  constructor(tf: typeof Tfjs, problem: Problem, form: Form) {
    this.tf = tf;
    this.problem = problem;
    const width = outWidth(problem);
    this.y = tf.tensor2d(problem.y as Float32Array, [problem.yRows, width]);
    if (problem.rows.length === 0) {
      this.compute = null;
      return;
    }
    const x = this.hold(tf.tensor2d(problem.x as Float32Array, [problem.xRows, problem.inDim]));
    const index = this.hold(tf.tensor2d(problem.outRows, [problem.outRows.length, 1], 'int32'));
    const delta = form === 'gather' ? this.gatherForm(x) : this.loopForm(x);
    this.compute = () => {
      const rows = problem.accumulate ? tf.add(tf.gatherND(this.y, index), delta()) : delta();
      return tf.tensorScatterUpdate(this.y, index, rows) as Tfjs.Tensor2D;
    };
  }

  private hold<T extends Tfjs.Tensor>(tensor: T): T {
    this.held.push(tensor);
    return tensor;
  }

  private gatherForm(x: Tfjs.Tensor2D): Compute {
    const { tf, problem } = this;
    const { inDim, sliceDims, segStart, segScale, rowScale, rows } = problem;
    const { rank, rankStart, ofSegment } = owners(problem);
    const padded = Math.max(...rank);
    const stacked = Array.from(sliceDims, (out, s) => {
      const a = new Float32Array(rank.length * padded * inDim);
      const b = new Float32Array(rank.length * out * padded);
      rank.forEach((r, at) => {
        a.set(problem.a[s].subarray(rankStart[at] * inDim, (rankStart[at] + r) * inDim), at * padded * inDim);
        for (let o = 0; o < out; o++) {
          const from = rankStart[at] * out + o * r;
          b.set(problem.b[s].subarray(from, from + r), (at * out + o) * padded);
        }
      });
      return {
        a: this.hold(tf.tensor3d(a, [rank.length, padded, inDim])),
        b: this.hold(tf.tensor3d(b, [rank.length, out, padded])),
      };
    });
    const owner = new Int32Array(rows.length);
    const scale = new Float32Array(rows.length);
    ofSegment.forEach((at, g) => {
      for (let p = segStart[g]; p < segStart[g + 1]; p++) {
        owner[p] = at;
        scale[p] = segScale[g] * rowScale[p];
      }
    });
    const ownerOf = this.hold(tf.tensor1d(owner, 'int32'));
    const rowOf = this.hold(tf.tensor1d(rows, 'int32'));
    const scaleOf = this.hold(tf.tensor2d(scale, [rows.length, 1]));
    return () => {
      const xs = tf.reshape(tf.gather(x, rowOf), [rows.length, inDim, 1]);
      const slices = stacked.map(({ a, b }, s) => {
        const h = tf.matMul(tf.gather(a, ownerOf), xs);
        return tf.reshape(tf.matMul(tf.gather(b, ownerOf), h), [rows.length, sliceDims[s]]);
      });
      return tf.mul(slices.length === 1 ? slices[0] : tf.concat(slices, 1), scaleOf) as Tfjs.Tensor2D;
    };
  }

  private loopForm(x: Tfjs.Tensor2D): Compute {
    const { tf, problem } = this;
    const { inDim, sliceDims, segStart, segRank, segRankStart, segScale, rows, rowScale } = problem;
    const parts: { rows: Tfjs.Tensor1D; scale: Tfjs.Tensor2D; a: Tfjs.Tensor2D[]; b: Tfjs.Tensor2D[] }[] = [];
    for (let g = 0; g < segRank.length; g++) {
      const from = segStart[g];
      const to = segStart[g + 1];
      if (from === to) continue;
      const r = segRank[g];
      const start = segRankStart[g];
      const matrix = (arena: Storage, height: number, width: number, at: number) =>
        this.hold(tf.tensor2d(arena.subarray(at, at + height * width) as Float32Array, [height, width]));
      parts.push({
        rows: this.hold(tf.tensor1d(rows.subarray(from, to), 'int32')),
        scale: this.hold(
          tf.tensor2d(
            rowScale.subarray(from, to).map((weight) => weight * segScale[g]),
            [to - from, 1],
          ),
        ),
        a: problem.a.map((arena) => matrix(arena, r, inDim, start * inDim)),
        b: problem.b.map((arena, s) => matrix(arena, sliceDims[s], r, start * sliceDims[s])),
      });
    }
    return () => {
      const deltas = parts.map((part) => {
        const xs = tf.gather(x, part.rows);
        const slices = part.a.map((a, s) => tf.matMul(tf.matMul(xs, a, false, true), part.b[s], false, true));
        return tf.mul(slices.length === 1 ? slices[0] : tf.concat(slices, 1), part.scale);
      });
      return (deltas.length === 1 ? deltas[0] : tf.concat(deltas, 0)) as Tfjs.Tensor2D;
    };
  }

  async run({ iterations, launches, cache }: RunOptions): Promise<Float64Array> {
    const { tf } = this;
    const samples = new Float64Array(iterations);
    for (let i = 0; i < iterations; i++) {
      if (cache === 'flushed') flushHostCaches();
      const start = hrtime.bigint();
      for (let l = 0; this.compute !== null && l < launches; l++) {
        const next = tf.tidy(this.compute);
        this.y.dispose();
        this.y = next;
      }
      // A single element read back: waits for the device on every runtime, and is part of no large transfer.
      await tf.tidy(() => tf.slice2d(this.y, [0, 0], [1, 1])).data();
      samples[i] = Number(hrtime.bigint() - start) / launches;
    }
    return samples;
  }

  async read(): Promise<Storage> {
    return (await this.y.data()) as Float32Array;
  }

  async release(): Promise<void> {
    this.y.dispose();
    for (const tensor of this.held) tensor.dispose();
  }
}

/** `runtimes`: which to try, in order; `allowSoftware`: accept WebGPU on an emulated GPU. */
export function tensorflowBackend(
  form: Form,
  runtimes: readonly RuntimeName[] = RUNTIMES,
  allowSoftware = false,
): Backend {
  const steps: ProbeStep[] = [];
  let opening: Promise<TensorflowRuntime | null> | null = null;
  const open = (): Promise<TensorflowRuntime | null> => (opening ??= openTensorflow(steps, runtimes, allowSoftware));
  const need = async (): Promise<TensorflowRuntime> => {
    const runtime = await open();
    if (runtime === null) throw new Error('no TensorFlow.js runtime');
    // Another form or runtime may have been current in this process.
    await runtime.tf.setBackend(
      runtime.variant.startsWith('tfjs-node') ? 'tensorflow' : runtime.variant.split(/[- ]/)[1],
    );
    return runtime;
  };
  const name = form === 'gather' ? 'tensorflow' : 'tensorflow-loop';
  return {
    name,
    summary:
      form === 'gather'
        ? 'TensorFlow.js baseline: gather and batched matmul'
        : 'TensorFlow.js baseline: a loop over adapters',
    crashy: true,
    preference: 0,
    async probe(): Promise<ProbeResult> {
      const runtime = await open();
      const { device, variant, software } = runtime ?? { device: '', variant: '', software: false };
      return {
        backend: name,
        usable: runtime !== null,
        device,
        variant,
        software,
        dtypes: runtime ? ['fp32'] : [],
        steps: [...steps],
      };
    },
    async create(problem) {
      if (problem.dtype !== 'fp32') throw new Error(`TensorFlow.js has no ${problem.dtype} tensors`);
      return new TensorflowSession((await need()).tf, problem, form);
    },
    async roofline(quick): Promise<Roofline> {
      const { tf } = await need();
      const n = quick ? 512 : 1024;
      const a = tf.randomNormal([n, n]) as Tfjs.Tensor2D;
      let best = Infinity;
      for (let i = 0; i < (quick ? 3 : 10); i++) {
        const start = hrtime.bigint();
        await tf.tidy(() => tf.slice2d(tf.matMul(a, a) as Tfjs.Tensor2D, [0, 0], [1, 1])).data();
        best = Math.min(best, Number(hrtime.bigint() - start));
      }
      a.dispose();
      return {
        ...measureHostBandwidth(quick),
        denseGflops: { fp32: (2 * n ** 3) / best },
        how: `tf.matMul of ${n} × ${n}; bandwidth of host memory by one JavaScript thread`,
      };
    },
  };
}
