/** What a comparison says in one sentence, where it cannot decide. */
import { expect, it } from 'vitest';
import { headline } from '../../src/cli/compare-words.ts';
import type { Line } from '../../src/study/compare/comparison.ts';
import { measuredComparison } from '../../src/study/compare/samples.ts';

const line = (name: string, why?: string): Line => {
  const values = { base: 1, new: 2, change: 1, lo: 0.9, hi: 1.1, p: 0.001, n: 8 };
  return { name, unit: 'ns', better: 'lower', ...values, verdict: why === undefined ? 'no change' : 'undecided', why };
};
const side = { label: 'a', kind: 'kernel runs', path: 'a' };

it('names the lines by why they are undecided, and calls eight samples not too few', () => {
  const lines = [
    line('a', 'a drift'),
    line('b', 'too few samples to tell: it takes 9'),
    line('c'),
    line('d', 'a drift'),
  ];
  const found = headline(measuredComparison(side, side, 0.03, lines, []));
  expect(found).toBe('Nothing certain can be said of a, d (a drift); b (too few samples to tell: it takes 9).');
  expect(headline(measuredComparison(side, side, 0.03, lines.slice(3), []))).not.toMatch(/few/);
});
