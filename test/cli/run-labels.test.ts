import { expect, it } from 'vitest';
import { labelsOf } from '../../src/cli/run-labels.ts';
import type { Override } from '../../src/scenario/load.ts';
import { scenarioAt } from '../../src/study/search-space.ts';
import { smoke } from '../study/fake-executor.ts';

const at = (...fixed: Override[]) => scenarioAt(smoke(fixed), []);
const slots = (value: number): Override => ({ path: 'serving.slots', value });
const seed = (value: string): Override => ({ path: 'seed', value: JSON.stringify(value) });

it('names runs of one scenario by what differs, each by all of it', () => {
  expect(labelsOf([at(slots(16)), at(slots(32)), at(slots(64))])).toEqual(['16 slots', '32 slots', '64 slots']);
  const batch = { path: 'serving.max_batch', value: 8 };
  const all = labelsOf([at(slots(16)), at(slots(32)), at(slots(16), batch)])!;
  expect(all.map((label) => label.split(', ')[0])).toEqual(['16 slots', '32 slots', '16 slots']);
  expect(all[2]).toMatch(/serving.max_batch 8\b/);
  expect(all[0]).toMatch(/serving.max_batch \d+/);
  expect(new Set(all).size).toBe(3);
});

it('tells replications apart by their seeds, and gives up where words do not tell', () => {
  expect(labelsOf([at(seed('a')), at(seed('b'))])).toEqual(['seed a', 'seed b']);
  expect(labelsOf([at(), at()])).toBeNull();
  const many = ['max_batch', 'max_batch_tokens'].map((name): Override => ({ path: `serving.${name}`, value: 5000 }));
  const kv = { path: 'serving.kv.block_tokens', value: 32 };
  const warm = [
    { path: 'warmup', value: '50s' },
    { path: 'serving.loader.queue', value: 9 },
  ];
  expect(labelsOf([at(), at(...many, kv, ...warm)])).toBeNull();
  // Values that follow from one that has words do not stand in its way.
  expect(labelsOf([at(), at(...many, kv, ...warm, slots(8))])![1]).toBe('8 slots');
});
