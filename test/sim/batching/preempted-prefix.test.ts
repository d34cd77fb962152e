/** A preempted request that finds its blocks again computes less, and nothing else changes. */
import { expect, test } from 'vitest';
import { evaluate } from '../../../src/study/reproduce/evaluate.ts';
import { scenarioOf, simulate } from '../../run/small.ts';

/** KV memory for a third of what the requests come to hold. */
const TIGHT = `version: 1
name: tight
duration: 20s
population:
  users: 1
  rate: 6/s
  start: gpu-warm
  cohorts:
    - {name: all, prompt_tokens: 400, output_tokens: 400}
base: llama-3.1-8b
adapter: {rank: 8, modules: [q]}
hardware: {gpu: rtx-4090, gpus_per_node: 1}
serving: {engine: vllm-v1, slots: 1, kv: {memory_fraction: 80%}}
`;
const tight = (...changes: string[]) => scenarioOf(TIGHT, 'tight.yaml', changes);
const CACHED = 'serving.kv.preempted_prefix=cached';

test('less is computed, every request ends, and every account is kept', () => {
  const [dropped, cached] = [tight(), tight(CACHED)].map(evaluate);
  expect(dropped.get('preemptions')!).toBeGreaterThan(20);
  expect(cached.get('finished')).toBe(dropped.get('finished'));
  expect(cached.get('makespan_rps')!).toBeGreaterThan(dropped.get('makespan_rps')! * 1.005);
  // Audited after every event.
  expect(simulate(tight(CACHED)).lastFinishNs).toBeGreaterThan(20e9);
});

test('without preemptions it is as if it were not there', () => {
  const few = 'population.rate=0.5/s';
  const [dropped, cached] = [tight(few), tight(few, CACHED)].map(evaluate);
  expect(dropped.get('preemptions')).toBe(0);
  expect(cached).toEqual(dropped);
});
