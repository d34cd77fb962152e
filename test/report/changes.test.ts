import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changesIn } from '../../src/report/changes.ts';
import { quote } from '../../src/scenario/quote.ts';

it('reads back what was set, whatever it is, and nothing else', () => {
  const word = fc.string({ minLength: 1 }).filter((text) => text.trim() !== '' && !text.includes('\n'));
  fc.assert(
    fc.property(fc.array(word.map((value) => `population.users=${value}`)), (sets) => {
      const words = sets.flatMap((set) => ['--set', quote(set)]);
      const line = ['mint-bench plan', quote("it's --set here.yaml"), ...words, '--search-set duration=1min'].join(' ');
      expect(changesIn(line)).toEqual(sets);
    }),
  );
});

it('leaves out axes, seeds and replications, which say nothing of the system or are shown elsewhere', () => {
  const line =
    'mint-bench sweep smoke --set adapter.rank=8,32 --set hardware.gpu=l40s --set replications=3 --set seed=2';
  expect(changesIn(line, ['adapter.rank'])).toEqual(['hardware.gpu=l40s']);
  expect(changesIn('mint-bench run smoke')).toEqual([]);
});
