/** Mistakes in the lifecycle section: all at once, each where it stands. */
import { expect, test } from 'vitest';
import { FAMILIES } from '../../src/run/families.ts';
import { UserError } from '../../src/scenario/errors.ts';
import { scenarioHash } from '../../src/scenario/hash.ts';
import { hasLifecycle } from '../../src/scenario/lifecycle.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';

const file = (lifecycle: string, more = '') => `version: 1
duration: 1h
warmup: 1min
population: {users: 1000, rate: 10/s}
base: qwen3-8b
hardware: {gpu: h200, replicas: 8}
${more}${lifecycle}`;

function found(text: string): string[] {
  try {
    const { warnings } = loadScenarioText(text, 'a.yaml', { families: FAMILIES, metrics: [] });
    return warnings.map(({ id, line, column }) => `${id} ${line}:${column}`);
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics.map(({ id, line, column }) => `${id} ${line}:${column}`);
    throw error;
  }
}

test('a file without mistakes has nothing to report, in every form', () => {
  expect(found(file('lifecycle: {updates: poisson}'))).toEqual([]);
  const whole = `lifecycle:
  updates: {law: periodic, period: 1d, at: 10min, window: 30min}
  training: {law: lognormal, mean: 5min, cv: 1}
  evaluation: {duration: 30s, pass: 90%}
  prewarm: host
  rollback: {share: 5%, after: {law: exponential, mean: 10min}}
  base_upgrade: {at: 30min, rate: 10/s, order: any}
`;
  expect(found(file(whole))).toEqual([]);
  const { scenario } = loadScenarioText(file(whole), 'a.yaml', { families: FAMILIES });
  expect(hasLifecycle(scenario)).toBe(true);
  expect(scenario.lifecycle).toEqual({
    updates: { name: 'periodic', params: { period: 86_400, at: 600, window: 1800 } },
    training: { name: 'lognormal', params: { mean: 300, cv: 1 } },
    evaluation: { duration: { name: 'fixed', params: { value: 30 } }, pass: 0.9 },
    prewarm: 'host',
    rollback: { share: 0.05, after: { name: 'exponential', params: { mean: 600 } } },
    base_upgrade: { at: 1800, rate: 10, order: 'any' },
  });
});

test('mistakes of one value are reported together, each with line and column', () => {
  const text = file(`lifecycle:
  updates: {law: poison}
  trainning: 5min
  evaluation: {duration: -3s, pass: 90}
  prewarm: gpu
  rollback: {share: 120%}
  base_upgrade: {at: 30min, rate: 0}
`);
  expect(found(text)).toEqual([
    'MB-E104 8:18',
    'MB-E101 9:3',
    'MB-E106 10:26',
    'MB-E105 10:37',
    'MB-E104 11:12',
    'MB-E106 12:21',
    'MB-E106 13:35',
  ]);
  expect(found(file('lifecycle:\n  updates: {law: periodic, period: 1h, at: 2h}\n'))).toEqual(['MB-E108 8:44']);
  expect(found(file('lifecycle:\n  base_upgrade: {at: 30min}\n'))).toEqual(['MB-E102 8:3']);
});

test.each([
  ['MB-E240 7:24', 'lifecycle: {updates: poisson}\n', 'serving: {pin: {count: 5}}\n'],
  ['MB-E240 7:32', 'lifecycle: {base_upgrade: {at: 2h, rate: 1/s}}\n', ''],
  ['MB-E240 8:40', 'lifecycle: {updates: poisson, prewarm: disk}\n', 'serving: {tiers: {disk: {capacity: 0}}}\n'],
  ['MB-W420 7:1', 'lifecycle: {training: 5min}\n', ''],
  ['MB-W420 7:50', 'lifecycle: {updates: poisson, evaluation: {pass: 0}}\n', ''],
  ['MB-W420 7:41', 'lifecycle: {updates: poisson, training: 1h}\n', ''],
])('%s: %s%s', (expected, lifecycle, more) => {
  expect(found(file(lifecycle, more))).toEqual([expected]);
});

test('a file without the section has the hash that it had before there was one', () => {
  const { scenario } = loadScenarioText(file(''), 'a.yaml', { families: FAMILIES });
  expect(Object.hasOwn(scenario, 'lifecycle') && scenario.lifecycle !== undefined).toBe(false);
  expect(scenarioHash(scenario)).toBe(scenarioHash({ ...scenario, lifecycle: undefined }));
});
