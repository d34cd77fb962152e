/**
 * The three curves of the setting, measured on the kernel: scale-up (a stronger base at one rank), scale-down (a smaller
 * adapter on one base), scale-out (more adapters in a batch, and more in memory), each for dense projections and for expert
 * LoRA. The points are specifications; run-kernel.ts measures them.
 */
import { MODELS } from '../scenario/presets/models.ts';
import type { KernelDtype } from './operator.ts';
import { type OperatorShape, operatorShapes, specOf } from './shapes.ts';
import { type ProblemSpec, problemSpec } from './spec.ts';

export const CURVES = ['scale-up', 'scale-down', 'scale-out', 'scale-out-pool'] as const;
export type CurveName = (typeof CURVES)[number];

export interface CurvePoint {
  suite: CurveName;
  model: string;
  operator: string;
  /** Parameters of the base (scale-up is ordered by it), rank, adapters in the batch, adapters in memory. */
  x: number;
  spec: ProblemSpec;
}

const QUICK_MODELS = ['qwen3-0.6b', 'qwen3-8b', 'qwen3-30b-a3b', 'llama-3.1-70b', 'kimi-k2'];
const DENSE_OPERATORS = ['qkv', 'gate_up', 'shared_gate_up'];
const EXPERT_OPERATORS = ['expert_gate_up'];
const ALL_RANKS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

function shapeOf(key: string, operator: string): OperatorShape {
  const shape = operatorShapes(MODELS[key]).find((candidate) => candidate.operator === operator);
  if (shape === undefined) throw new Error(`${key} has no operator ${operator}`);
  return shape;
}

/** `parametersOf` orders the scale-up curve (geometry.parameterCounts(base).total). */
export function curvePoints(
  quick: boolean,
  dtype: KernelDtype,
  seed: string,
  parametersOf: (key: string) => number,
): CurvePoint[] {
  const points: CurvePoint[] = [];
  const rank = 16;
  for (const key of quick ? QUICK_MODELS : Object.keys(MODELS)) {
    for (const shape of operatorShapes(MODELS[key])) {
      const isExpert = shape.experts !== null;
      const wanted = quick ? (isExpert ? EXPERT_OPERATORS : DENSE_OPERATORS.slice(0, 1)) : null;
      if (wanted !== null && !wanted.includes(shape.operator)) continue;
      // One adapter's experts of one layer of a trillion-parameter base are as large as eight of its dense projections.
      const adapters = isExpert ? (quick ? 1 : 2) : 8;
      const spec = specOf(shape, { tokens: quick ? 8 : 32, adapters, pattern: 'distinct', ranks: [rank], dtype, seed });
      points.push({ suite: 'scale-up', model: shape.model, operator: shape.operator, x: parametersOf(key), spec });
    }
  }
  const bases: { key: string; operator: string; adapters: number }[] = [
    { key: quick ? 'qwen3-1.7b' : 'llama-3.1-8b', operator: 'qkv', adapters: 8 },
    { key: 'qwen3-30b-a3b', operator: 'expert_gate_up', adapters: 1 },
  ];
  for (const { key, operator, adapters } of bases) {
    const shape = shapeOf(key, operator);
    const expert = shape.experts !== null;
    for (const r of quick ? (expert ? [1, 16] : [1, 4, 16, 64, 256]) : ALL_RANKS) {
      const spec = specOf(shape, { tokens: quick ? 8 : 32, adapters, pattern: 'distinct', ranks: [r], dtype, seed });
      points.push({
        suite: 'scale-down',
        model: shape.model,
        operator,
        x: r,
        spec: { ...spec, name: `${spec.name}, rank ${r}` },
      });
    }
  }
  const width = quick ? 1024 : 4096;
  const outRank = quick ? 8 : rank;
  const projection = { inDim: width, sliceDims: [width], ranks: [outRank], dtype, seed };
  const most = 2048;
  for (const n of quick ? [1, 16, 256, most] : [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, most]) {
    // A batch of 2,048 tokens throughout, so that only the number of distinct adapters changes.
    const name = `${width} → ${width}, rank ${outRank}, ${n} adapters in a batch of ${most}`;
    const spec = problemSpec({ ...projection, name, tokens: most, adapters: n, pattern: 'distinct' });
    points.push({ suite: 'scale-out', model: `${width} → ${width}`, operator: 'dense', x: n, spec });
  }
  for (const pool of quick ? [128, most] : [128, 512, 1024, most, 2 * most, 4 * most]) {
    const name = `${width} → ${width}, rank ${outRank}, 128 tokens, one adapter each of ${pool} in memory`;
    const spec = problemSpec({ ...projection, name, tokens: 128, adapters: pool, pattern: 'distinct' });
    points.push({ suite: 'scale-out-pool', model: `${width} → ${width}`, operator: 'dense', x: pool, spec });
  }
  const expert = shapeOf('qwen3-30b-a3b', 'expert_gate_up');
  for (const n of quick ? [1, 4] : [1, 2, 4, 8, 16, 32]) {
    const base = specOf(expert, { tokens: 32, adapters: n, pattern: 'distinct', ranks: [4], dtype, seed });
    const spec = { ...base, name: `${base.name}, rank 4, ${n} adapters in a batch of 32` };
    points.push({ suite: 'scale-out', model: expert.model, operator: expert.operator, x: n, spec });
  }
  return points;
}
