/**
 * Which shapes are measured: the fused operators of base models (scenario/geometry.ts), and a suite that joins the shapes,
 * ranks, batches and patterns of the suites of Punica, vLLM and SGLang, with mixed ranks, skew, adapter counts to 2,048 and
 * expert LoRA, which none of them has.
 */
import { linears, type OperatorKind } from '../scenario/geometry.ts';
import type { BaseModel } from '../scenario/scenario.ts';
import type { KernelDtype } from './operator.ts';
import { PATTERNS } from './patterns.ts';
import { type ExpertSpec, type ProblemSpec, problemSpec } from './spec.ts';

/** One fused operator of a model: what one LoRA launch serves. */
export interface OperatorShape {
  model: string;
  operator: OperatorKind;
  inDim: number;
  sliceDims: number[];
  /** Layers of the model that have it. */
  layers: number;
  experts: Omit<ExpertSpec, 'skew'> | null;
}

/** Not adapted by any published multi-LoRA kernel suite: lookups and the router's few columns. */
const LEFT_OUT: readonly OperatorKind[] = ['embed', 'lm_head', 'router'];

export function operatorShapes(base: BaseModel): OperatorShape[] {
  const shapes = new Map<OperatorKind, OperatorShape>();
  for (const linear of linears(base)) {
    if (LEFT_OUT.includes(linear.operator)) continue;
    const shape = shapes.get(linear.operator);
    if (shape !== undefined) {
      shape.sliceDims.push(linear.out);
      continue;
    }
    const isExpert = linear.module === 'experts' && base.moe !== null;
    shapes.set(linear.operator, {
      model: base.name,
      operator: linear.operator,
      inDim: linear.in,
      sliceDims: [linear.out],
      layers: linear.layers,
      experts: isExpert
        ? { count: base.moe!.experts, topK: base.moe!.top_k, stage: linear.operator === 'expert_down' ? 'out' : 'in' }
        : null,
    });
  }
  return [...shapes.values()];
}

/** Expert popularity of measured routers is skewed; SGLang's MoE LoRA bench uses the same exponent. */
export const EXPERT_SKEW = 0.9;

/** A specification over a model's operator. */
export function specOf(
  shape: OperatorShape,
  given: Partial<ProblemSpec> & Pick<ProblemSpec, 'tokens' | 'adapters' | 'ranks' | 'seed'>,
): ProblemSpec {
  return problemSpec({
    name: `${shape.model} ${shape.operator}`,
    inDim: shape.inDim,
    sliceDims: shape.sliceDims,
    experts: shape.experts === null ? null : { ...shape.experts, skew: EXPERT_SKEW },
    ...given,
  });
}

export const SUITES = ['decode', 'prefill', 'mixed', 'patterns', 'expert'] as const;
export type SuiteName = (typeof SUITES)[number];

export interface SuitePoint {
  suite: SuiteName;
  spec: ProblemSpec;
}

/** [in, slices] of Llama-3-8B and Llama-2-7B as vLLM's benchmark_lora.py lists them, and one row of a 70B. */
const PROJECTIONS: [number, number[]][] = [
  [4096, [4096]],
  [4096, [4096, 1024, 1024]],
  [4096, [14_336, 14_336]],
  [14_336, [4096]],
  [4096, [4096, 4096, 4096]],
  [4096, [11_008, 11_008]],
  [11_008, [4096]],
  [8192, [8192, 1024, 1024]],
];
const QUICK_PROJECTIONS: [number, number[]][] = [
  [1024, [1024]],
  [2048, [2048, 512, 512]],
  [1024, [3072, 3072]],
];

export function suitePoints(quick: boolean, dtype: KernelDtype, seed: string): SuitePoint[] {
  const points: SuitePoint[] = [];
  const add = (suite: SuiteName, given: Parameters<typeof problemSpec>[0]): void => {
    points.push({ suite, spec: problemSpec({ dtype, seed, ...given }) });
  };
  const projections = quick ? QUICK_PROJECTIONS : PROJECTIONS;
  const title = (inDim: number, sliceDims: number[]) => `${inDim} → ${sliceDims.join('|')}`;
  for (const [inDim, sliceDims] of projections) {
    const shape = { inDim, sliceDims };
    for (const rank of quick ? [8, 32] : [8, 16, 32, 64, 128]) {
      for (const tokens of quick ? [1, 8, 32] : [1, 2, 4, 8, 16, 32, 64, 128, 256]) {
        const name = `${title(inDim, sliceDims)}, rank ${rank}, ${tokens} tokens, distinct`;
        add('decode', { ...shape, name, tokens, adapters: tokens, ranks: [rank] });
      }
      for (const tokens of quick ? [256] : [512, 2048, 8192]) {
        const name = `${title(inDim, sliceDims)}, rank ${rank}, ${tokens} prefill tokens`;
        add('prefill', {
          ...shape,
          name,
          tokens,
          sequences: Math.ceil(tokens / 256),
          adapters: 8,
          pattern: 'sqrt',
          ranks: [rank],
        });
      }
    }
  }
  const [inDim, sliceDims] = projections[0];
  const adapters = quick ? [8, 64] : [1, 8, 32, 128, 512, 2048];
  for (const pool of adapters) {
    const tokens = Math.min(quick ? 32 : 256, pool);
    const name = `${title(inDim, sliceDims)}, ranks 8 … 128, ${tokens} tokens of ${pool} adapters`;
    add('mixed', { inDim, sliceDims, name, tokens, adapters: pool, ranks: [8, 16, 32, 64, 128], pattern: 'distinct' });
  }
  for (const pattern of PATTERNS) {
    const tokens = quick ? 32 : 128;
    const name = `${title(inDim, sliceDims)}, rank 16, ${tokens} tokens, pattern ${pattern}`;
    add('patterns', { inDim, sliceDims, name, tokens, adapters: tokens, ranks: [16], pattern });
  }
  // Qwen3-30B-A3B (hidden 2,048, experts of 768, top 8 of 128); half the experts at half the width when quick.
  const by = quick ? 2 : 1;
  const experts = { count: 128 / by, topK: 8, skew: EXPERT_SKEW };
  for (const tokens of quick ? [8] : [8, 32, 128]) {
    const shared = { tokens, adapters: quick ? 2 : 8, ranks: quick ? [8] : [16] };
    const name = `Qwen3-30B-A3B experts${quick ? ' at half size' : ''}, ${tokens} tokens`;
    const wide = 2048 / by;
    const narrow = 768 / by;
    add('expert', {
      ...shared,
      name: `${name}, gate|up`,
      inDim: wide,
      sliceDims: [narrow, narrow],
      experts: { ...experts, stage: 'in' },
    });
    add('expert', {
      ...shared,
      name: `${name}, down`,
      inDim: narrow,
      sliceDims: [wide],
      experts: { ...experts, stage: 'out' },
    });
  }
  return points;
}
