import { describe, expect, test } from 'vitest';
import { FAMILIES } from '../../src/run/families.ts';
import { UserError } from '../../src/scenario/errors.ts';
import { loadScenarioText } from '../../src/scenario/load.ts';
import { engineSettings } from '../../src/scenario/presets/engines/apply.ts';
import { ENGINES } from '../../src/scenario/presets/engines/index.ts';
import { servingSchema } from '../../src/scenario/schema/serving.ts';

const serving = (input: object) => servingSchema(FAMILIES).parse(input) as unknown as Record<string, unknown>;
const text = (extra: string) =>
  `version: 1\npopulation: {users: 100, rate: 1/s}\nbase: llama-3.1-8b\nhardware: {gpu: h100}\n${extra}\n`;
const ENGINE_HINT = Object.keys(ENGINES).length === 1 ? undefined : expect.stringContaining('vllm-v1');
const load = (extra: string) => loadScenarioText(text(extra), 'a.yaml', { families: FAMILIES });

const problems = (extra: string) => {
  try {
    load(extra);
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics.map(({ id, line, hint }) => [id, line, hint]);
  }
  return [];
};

describe.each(Object.keys(ENGINES))('engine preset %s', (name) => {
  test('sets fields that exist to values that hold, and nothing else', () => {
    const plain = serving({});
    const set = serving({ engine: name });
    expect(engineSettings(name, set, set).some(({ overridden }) => overridden)).toBe(false);
    const touched = new Set(Object.keys(ENGINES[name].sets).map((path) => path.split('.')[0]));
    for (const key of Object.keys(set)) {
      if (key !== 'engine' && !touched.has(key)) expect(set[key], key).toEqual(plain[key]);
    }
    expect(load(`serving: {engine: ${name}}`).scenario.serving.engine).toBe(name);
  });

  test('says where each setting comes from', () => {
    for (const [path, { source }] of Object.entries(ENGINES[name].sets)) expect(source.length, path).toBeGreaterThan(5);
  });

  test('resolves to a scenario that resolves to itself', () => {
    const set = serving({ engine: name });
    expect(serving(JSON.parse(JSON.stringify(set, (_, value) => (value === Infinity ? 'none' : value))))).toEqual(set);
  });
});

describe('what a scenario writes', () => {
  test('takes precedence over the preset, and leaves its other settings', () => {
    const { scenario } = load(
      'serving: {engine: vllm-v1, max_batch: 7, kv: {block_tokens: 32}, cost: {lora_constant: 1ms}}',
    );
    const settings = engineSettings('vllm-v1', scenario.serving, serving({ engine: 'vllm-v1' }));
    expect(settings.filter(({ overridden }) => overridden).map(({ path }) => path)).toEqual([
      'max_batch',
      'kv.block_tokens',
      'cost',
    ]);
    expect(scenario.serving.kv.memory_fraction).toBe(0.9);
    expect(scenario.serving.cost.params).toMatchObject({ lora_constant: 1e-3, lora_kernel: 'padded' });
  });

  test('of another family member replaces the preset whole', () => {
    const { scenario } = load('serving: {engine: vllm-v1, cost: coefficients}');
    expect(scenario.serving.cost.name).toBe('coefficients');
  });

  test('at a wrong key or in a wrong form is found under a preset too', () => {
    expect(problems('serving: {engine: vllm-v2}')).toEqual([['MB-E104', 5, ENGINE_HINT]]);
    expect(problems('serving:\n  engine: vllm-v1\n  max_bach: 7')).toEqual([
      ['MB-E101', 7, expect.stringContaining('max_batch')],
    ]);
    expect(problems('serving:\n  engine: vllm-v1\n  kv: 7')).toEqual([['MB-E103', 7, undefined]]);
  });

  test('against a mechanism of the preset is a contradiction, where it stands', () => {
    const adapter = 'adapter: {layout: paged-rank}';
    expect(problems(`${adapter}\nserving:\n  engine: s-lora\n  chunked_prefill: true\n  prefetch: on-queue`)).toEqual([
      ['MB-E227', 8, expect.stringContaining('chunked_prefill: false')],
      ['MB-E227', 9, expect.stringContaining('prefetch: none')],
    ]);
    expect(problems('serving:\n  mixed_steps: true')[0][0]).toBe('MB-E227');
    expect(problems('serving:\n  engine: s-lora\n  mixed_steps: true')[0][0]).toBe('MB-E227');
    expect(problems('serving:\n  early_abort: {deadline: 1s, margin: 1s}')[0][0]).toBe('MB-E227');
    expect(problems('serving:\n  slot_modules: linear\n  kv: {pool: unified}')[0][0]).toBe('MB-E227');
  });
});
