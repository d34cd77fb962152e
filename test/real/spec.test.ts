import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertProblem, countWork, type Problem } from '../../src/real/operator.ts';
import { PATTERNS } from '../../src/real/patterns.ts';
import { buildProblem, countAdapters, problemSpec, weightElements } from '../../src/real/spec.ts';

const arbitrary = fc
  .record({
    tokens: fc.integer({ min: 1, max: 40 }),
    parts: fc.integer({ min: 1, max: 40 }),
    adapters: fc.integer({ min: 1, max: 12 }),
    ranks: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 3 }),
    pattern: fc.constantFrom(...PATTERNS),
    bareSequences: fc.nat(3),
    padding: fc.nat(3),
    emptySegments: fc.nat(3),
    dtype: fc.constantFrom('fp32', 'bf16', 'fp16'),
    accumulate: fc.boolean(),
    stage: fc.constantFrom('none', 'in', 'out'),
    seed: fc.string(),
  })
  .map(({ parts, stage, ...given }) => ({
    ...problemSpec({ ...given, name: 'any', inDim: 5, sliceDims: [3, 2] }),
    sequences: Math.min(parts, given.tokens),
    bareSequences: Math.min(given.bareSequences, parts, given.tokens),
    experts: stage === 'none' ? null : { count: 6, topK: 2, skew: 0.9, stage: stage as 'in' | 'out' },
  }));

/** Owners by rank row, as the builder lays them out. */
const pairsOfToken = (problem: Problem, topK: number): Map<number, number> => {
  const counts = new Map<number, number>();
  for (const row of problem.outRows) counts.set(Math.floor(row / topK), (counts.get(Math.floor(row / topK)) ?? 0) + 1);
  return counts;
};

describe('buildProblem', () => {
  it('keeps the layout’s rules for any specification', () => {
    fc.assert(
      fc.property(arbitrary, (spec) => {
        const problem = buildProblem(spec);
        assertProblem(problem);
        const topK = spec.experts?.topK ?? 1;
        // Each token with an adapter has one pair a chosen expert; bare and padding rows have none.
        const counts = pairsOfToken(problem, topK);
        for (const count of counts.values()) expect(count).toBe(topK);
        expect(Math.max(...counts.keys(), 0)).toBeLessThan(spec.tokens);
        expect(countWork(problem).pairs).toBe(counts.size * topK);
        expect(weightElements(spec)).toBe(problem.totalRank * (2 * 5 + 5));
        expect(problem.segRank.length).toBe(new Set(segmentsOf(problem)).size + spec.emptySegments);
        if (spec.experts?.stage === 'out') {
          const sums = new Map<number, number>();
          problem.outRows.forEach((row, p) => {
            sums.set(Math.floor(row / topK), (sums.get(Math.floor(row / topK)) ?? 0) + problem.rowScale[p]);
          });
          for (const sum of sums.values()) expect(sum).toBeCloseTo(1, 5);
        }
      }),
    );
  });

  it('is a function of the specification', () => {
    const spec = problemSpec({ name: 'same', inDim: 8, sliceDims: [8], tokens: 9, seed: 'a' });
    expect(buildProblem(spec)).toEqual(buildProblem(spec));
    expect(buildProblem({ ...spec, seed: 'b' }).x).not.toEqual(buildProblem(spec).x);
  });

  it('routes a token to distinct experts', () => {
    const spec = problemSpec({
      name: 'experts',
      inDim: 4,
      sliceDims: [4],
      tokens: 20,
      adapters: 2,
      ranks: [1],
      experts: { count: 5, topK: 3, skew: 2, stage: 'in' },
    });
    const problem = buildProblem(spec);
    const seen = new Set<string>();
    for (let g = 0; g < problem.segRank.length; g++) {
      for (let p = problem.segStart[g]; p < problem.segStart[g + 1]; p++)
        seen.add(`${problem.rows[p]}/${problem.segRankStart[g]}`);
    }
    expect(seen.size).toBe(60);
  });

  it('counts adapters, not experts', () => {
    const given = { name: 'count', inDim: 4, sliceDims: [4], tokens: 12, adapters: 4, ranks: [1, 3] };
    const dense = problemSpec(given);
    expect(countAdapters(dense, buildProblem(dense))).toBe(4);
    const expert = problemSpec({ ...given, experts: { count: 8, topK: 2, skew: 0, stage: 'in' } });
    expect(countAdapters(expert, buildProblem(expert))).toBe(4);
    const identical = problemSpec({ ...given, pattern: 'identical' });
    expect(countAdapters(identical, buildProblem(identical))).toBe(1);
  });
});

/** First rank row of each segment that has pairs. */
function segmentsOf(problem: Problem): number[] {
  return [...problem.segRankStart].filter((_, g) => problem.segStart[g + 1] > problem.segStart[g]);
}
