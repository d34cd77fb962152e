import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planProblem, TASK_WORDS } from '../../../src/real/backends/webgpu-plan.ts';
import { EXPAND_TILE, elementsPerWord, SHRINK_TILE } from '../../../src/real/backends/webgpu-wgsl.ts';
import type { KernelDtype } from '../../../src/real/operator.ts';
import { buildProblem, problemSpec } from '../../../src/real/spec.ts';

it('lists each value of h and each word of y once', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
      fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 3 }),
      fc.constantFrom<KernelDtype>('fp32', 'bf16'),
      (tokens, parts, ranks, sliceDims, dtype) => {
        const sequences = Math.min(tokens, parts * 7);
        const problem = buildProblem(
          problemSpec({ name: 'plan', inDim: 4, sliceDims, tokens, sequences, adapters: 5, ranks, dtype, padding: 1 }),
        );
        const plan = planProblem(problem);
        const wide = elementsPerWord(dtype);
        const rowWords = plan.yColumns / wide;
        const h = new Uint8Array(plan.hElements);
        const y = new Uint8Array(problem.yRows * rowWords);
        const each = (list: Uint32Array, words: number, visit: (task: Uint32Array) => void) => {
          for (let at = 0; at < list.length; at += words) visit(list.subarray(at, at + words));
        };
        each(plan.shrinkDecode, TASK_WORDS.shrinkDecode, ([, , rows, first]) => {
          for (let k = 0; k < rows; k++) h[first + k]++;
        });
        each(plan.shrinkPrefill, TASK_WORDS.shrinkPrefill, ([, pairs, , rows, first, pitch]) => {
          expect(pairs).toBeLessThanOrEqual(SHRINK_TILE.pairs);
          for (let p = 0; p < pairs; p++) for (let k = 0; k < rows; k++) h[first + p * pitch + k]++;
        });
        each(plan.expandDecode, TASK_WORDS.expandDecode, ([word, , , , , columns]) => {
          for (let w = 0; w < Math.ceil(columns / wide); w++) y[word + w]++;
        });
        each(plan.expandPrefill, TASK_WORDS.expandPrefill, ([pair, pairs, , columns, , , , word]) => {
          expect(pairs).toBeLessThanOrEqual(EXPAND_TILE.pairs);
          for (let p = 0; p < pairs; p++) {
            for (let w = 0; w < Math.ceil(columns / wide); w++) y[problem.outRows[pair + p] * rowWords + word + w]++;
          }
        });
        expect(h.every((count) => count === 1)).toBe(true);
        const named = new Set(problem.outRows);
        for (let row = 0; row < problem.yRows; row++) {
          const counts = y.subarray(row * rowWords, (row + 1) * rowWords);
          expect(counts.every((count) => count === (named.has(row) ? 1 : 0))).toBe(true);
        }
      },
    ),
    { numRuns: 60 },
  );
});
