import { describe, expect, it } from 'vitest';
import { CURVES, curvePoints } from '../../src/real/curves.ts';
import { operatorShapes, SUITES, suitePoints } from '../../src/real/shapes.ts';
import { weightElements } from '../../src/real/spec.ts';
import { linears, parameterCounts } from '../../src/scenario/geometry.ts';
import { MODELS } from '../../src/scenario/presets/models.ts';

const parametersOf = (key: string) => parameterCounts(MODELS[key]).total;

describe('shapes', () => {
  it('fuse the projections that read the same input', () => {
    const shapes = operatorShapes(MODELS['llama-3.1-8b']);
    expect(shapes.map(({ operator, inDim, sliceDims }) => [operator, inDim, sliceDims])).toEqual([
      ['qkv', 4096, [4096, 1024, 1024]],
      ['o', 4096, [4096]],
      ['gate_up', 4096, [14_336, 14_336]],
      ['down', 14_336, [4096]],
    ]);
  });

  it.each(Object.keys(MODELS))('lose no adapted parameter of %s', (key) => {
    const kept = operatorShapes(MODELS[key]).reduce((sum, { inDim, sliceDims, layers, experts }) => {
      return sum + layers * (experts?.count ?? 1) * (sliceDims.length * inDim + sliceDims.reduce((a, b) => a + b));
    }, 0);
    const all = linears(MODELS[key])
      .filter(({ operator }) => !['embed', 'lm_head', 'router'].includes(operator))
      .reduce((sum, linear) => sum + linear.layers * linear.copies * (linear.in + linear.out), 0);
    expect(kept).toBe(all);
  });

  it('read tokens for gate|up experts and experts’ rows for down', () => {
    const experts = operatorShapes(MODELS['kimi-k2']).filter((shape) => shape.experts !== null);
    expect(experts.map(({ operator, inDim, sliceDims, experts: e }) => [operator, inDim, sliceDims, e])).toEqual([
      ['expert_gate_up', 7168, [2048, 2048], { count: 384, topK: 8, stage: 'in' }],
      ['expert_down', 2048, [7168], { count: 384, topK: 8, stage: 'out' }],
    ]);
  });
});

describe.each([true, false])('points, quick %s', (quick) => {
  const curves = curvePoints(quick, 'bf16', 's', parametersOf);
  const suites = suitePoints(quick, 'bf16', 's');

  it('cover every curve and suite under names of their own', () => {
    expect(new Set(curves.map((point) => point.suite))).toEqual(new Set(CURVES));
    expect(new Set(suites.map((point) => point.suite))).toEqual(new Set(SUITES));
    for (const points of [curves, suites]) {
      const names = points.map((point) => point.spec.name);
      expect(names.length - new Set(names).size).toBe(0);
    }
  });

  it('are dense and expert, and reach from 0.6 B to 1 T and from 1 to 2,048 adapters', () => {
    const up = curves.filter((point) => point.suite === 'scale-up');
    expect(up.some((point) => point.spec.experts !== null) && up.some((point) => point.spec.experts === null)).toBe(
      true,
    );
    expect(Math.min(...up.map((point) => point.x))).toBeLessThan(0.8e9);
    expect(Math.max(...up.map((point) => point.x))).toBeGreaterThan(1e12);
    const out = curves.filter((point) => point.suite === 'scale-out');
    expect([Math.min(...out.map((point) => point.x)), Math.max(...out.map((point) => point.x))]).toEqual([1, 2048]);
    for (const point of out) expect(point.spec.adapters).toBe(point.x);
  });

  it('fit their mode’s memory', () => {
    if (!quick) return;
    for (const { spec } of [...curves, ...suites]) expect(weightElements(spec) * 2).toBeLessThanOrEqual(2 ** 29);
  });
});
