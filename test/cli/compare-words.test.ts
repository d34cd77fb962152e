/** What a comparison says in one sentence, where it cannot decide. */
import { expect, it } from 'vitest';
import { changeText, headline, settingText, whatIfSentence } from '../../src/cli/compare-words.ts';
import type { Comparison, Line } from '../../src/study/compare/comparison.ts';
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

/** A comparison of two scenarios that differ in so many values. */
function scenarios(differing: number, next = 'flash-crowd'): Comparison {
  const info = (label: string, path: string) => ({ label, kind: 'scenario, 10 replications', path });
  const paths = ['serving.slots', 'hardware.replicas', 'duration', 'serving.kv.block_tokens', 'serving.max_batch'];
  const late: Line = {
    ...{ name: 'ttft_ms_p99', unit: 'ms', better: 'lower', base: 93.5, new: 203_400, change: 2174, lo: 2000, hi: 2300 },
    ...{ p: 0.001, n: 10, verdict: 'regressed' },
  };
  return {
    ...measuredComparison(info('smoke', 'smoke.yaml'), info(next, `${next}.yaml`), 0.02, [late], []),
    method: 'paired',
    differences: paths.slice(0, differing).map((path) => ({ path, base: 600, new: 1800 })),
  };
}

it('says in a sentence what two scenarios do, by their names where they differ in more than can be said', () => {
  expect(whatIfSentence(scenarios(5))).toBe(
    'With flash-crowd instead of smoke (1,800 slots instead of 600, 1,800 replicas instead of 600, 30 min simulated instead of 10 min and 2 more differences): p99 TTFT rises from 93.5 ms to 3.39 min (×2,175 ± 150).',
  );
  expect(whatIfSentence(scenarios(1))).toBe(
    'With 1,800 slots instead of 600: p99 TTFT rises from 93.5 ms to 3.39 min (×2,175 ± 150).',
  );
  const sets = scenarios(5);
  // One scenario and --set: it is the same file, and its label repeats what is set.
  sets.new.path = sets.base.path;
  expect(whatIfSentence(sets)).toMatch(/^With 1,800 slots instead of 600, 1,800 replicas/);
});

it('counts one of a thing as one', () => {
  expect(settingText('hardware.cells', 1)).toBe('1 cell');
  expect(settingText('serving.slots', 1)).toBe('1 slot');
  expect(settingText('hardware.cells', 11)).toBe('11 cells');
  expect(settingText('duration', 1)).toBe('1 s simulated');
});

it('writes a change as people take it: percent, so many times, or from nothing', () => {
  const change = (base: number, next: number) =>
    changeText({ ...line('x'), verdict: 'regressed', base, new: next, change: next / base - 1, lo: null, hi: null });
  expect([change(100, 130), change(100, 50), change(100, 1250)]).toEqual(['+30%', '−50%', '×12.5']);
  expect(change(0, 2429)).toBe('from 0');
  const within = (value: number, lo: number, hi: number, unit = 'ms') =>
    changeText({ ...line('x'), unit, verdict: 'regressed', base: 100, new: 100 * (1 + value), change: value, lo, hi });
  expect(within(0.3, 0.28, 0.32)).toBe('+30% ± 2%');
  // What is not in the middle of its interval has its bounds.
  expect(within(1.44, 0.4, 3.25)).toBe('+144% [+40%, +325%]');
  expect(within(27.5, 11, 65)).toBe('×28.5 [×12, ×66]');
  expect(within(0.05, 0.03, 0.07, 'fraction')).toBe('+5 ± 2 points');
  expect(within(0.05, 0.04, 0.12, 'fraction')).toBe('+5 [+4, +12] points');
});

it('says values of fields in words of a scenario file: a policy is its field, parameters stand beside it, one is no plural', () => {
  expect(settingText('serving.cost.name', 'coefficients')).toBe('cost model coefficients');
  expect(settingText('serving.cost.params.step_overhead', 0.001)).toBe('serving.cost.step_overhead 0.001');
  expect(settingText('population.cohorts[chat].popularity.name', 'uniform')).toBe(
    'population.cohorts[chat].popularity uniform',
  );
  expect([settingText('hardware.cells', 1), settingText('hardware.cells', 2)]).toEqual(['1 cell', '2 cells']);
});
