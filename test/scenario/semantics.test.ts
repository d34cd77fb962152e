import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { FAMILIES as REAL } from '../../src/run/families.ts';
import { UserError } from '../../src/scenario/errors.ts';
import { loadScenarioText, parseOverride } from '../../src/scenario/load.ts';
import type { Families } from '../../src/scenario/schema.ts';
import { FAMILIES } from './families.ts';

const folder = mkdtempSync(join(tmpdir(), 'mint-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

const BASE = `version: 1
duration: 1h
population:
  users: 1000
  rate: 10/s
  cohorts: [{name: chat, share: 60%}, {name: agents, share: 40%}]
base: qwen3-8b
hardware: {gpu: h200, replicas: 8, cells: 4}
slo: {fast: {ttft: 1s}}
`;

function outcome(
  sets: readonly string[],
  families: Families = FAMILIES,
): { id: string; path?: string; hint?: string; expected?: string }[] {
  const options = {
    families,
    metrics: ['ttft_ms_p99', 'slo_attainment'],
    fractions: ['slo_attainment'],
    overrides: sets.map((set) => parseOverride(set)!),
  };
  try {
    return [...loadScenarioText(BASE, join(folder, 'a.yaml'), options).warnings];
  } catch (error) {
    if (error instanceof UserError) return [...error.diagnostics];
    throw error;
  }
}

test('the scenario that every case changes has nothing to report', () => {
  expect(outcome([])).toEqual([]);
});

describe('values that do not go together', () => {
  test.each([
    ['MB-E201', ['population.cohorts[agents].share=30%']],
    ['MB-E202', ['population.rate_per_user=1/day']],
    ['MB-E202', ['population.cohorts[0].rate=1/s']],
    ['MB-E202', ['population={users: 1000}']],
    ['MB-E203', ['hardware.cells=3']],
    ['MB-E204', ['hardware.parallel.tensor=3']],
    ['MB-E204', ['hardware.parallel={tensor: 4, expert: 3}', 'base=qwen3-30b-a3b']],
    ['MB-E204', ['hardware.parallel={tensor: 2, expert: 2}']],
    ['MB-E204', ['hardware.parallel.pipeline=64']],
    ['MB-E204', ['hardware.gpus_per_node=3', 'hardware.parallel.tensor=2']],
    ['MB-E205', ['population.cohorts[0].slo=slow']],
    ['MB-E206', ['thresholds={ttft_ms_p9: "< 5"}']],
    ['MB-E207', ['population.arrivals={mode: trace, file: missing.csv}']],
    ['MB-E207', ['population.arrivals=trace']],
    ['MB-E208', ['serving.tiers.host.capacity=10MB']],
    ['MB-E208', ['serving.tiers.disk.capacity=1MB']],
    ['MB-E209', ['base=kimi-k2', 'hardware.parallel.tensor=4']],
    ['MB-E210', ['population.adapters_per_user=2', 'population.users_per_adapter=2']],
    ['MB-E210', ['population.users_per_adapter=2000']],
    ['MB-E211', ['population.cohorts[agents].name=chat']],
    ['MB-E211', ['population.cohorts[agents].name=all']],
    ['MB-E212', ['adapter.rank=[{rank: 8, share: 50%}]']],
    ['MB-E212', ['population.cohorts[0].rank=[{rank: 8, share: 50%}, {rank: 8, share: 50%}]']],
    ['MB-E213', ['population.flash_crowds=[{at: 1min, duration: 1min, users: 10, rate: 5/s, cohort: nobody}]']],
    ['MB-E213', ['population.flash_crowds=[{at: 1min, duration: 1min, users: 601, rate: 5/s, cohort: chat}]']],
    ['MB-E213', ['population.flash_crowds=[{at: 2h, duration: 1min, users: 10, rate: 5/s}]']],
    ['MB-E214', ['warmup=1h']],
    ['MB-E215', ['base={preset: qwen3-30b-a3b, moe: {top_k: 129}}']],
    ['MB-E215', ['base={preset: qwen3-8b, mlp: 0}']],
    ['MB-E215', ['base={preset: qwen3-8b, kv_heads: 5}']],
    ['MB-E217', ['population.users=1', 'population.cohorts=[{name: a, share: 99%}, {name: b, share: 1%}]']],
    ['MB-E218', ['adapter.modules=experts']],
    ['MB-E218', ['adapter.modules=[q, q_a]']],
    ['MB-E220', ['serving.max_batch_tokens=128']],
    ['MB-E221', ['serving.slots=100_000']],
    ['MB-E222', ['population.max_rate_per_user=1/day']],
    ['MB-E223', ['serving.pin.count=1M']],
  ])('%s: %s', (id, sets) => {
    expect(new Set(outcome(sets).map((found) => found.id))).toEqual(new Set([id]));
  });

  test('the most slots that are offered instead do fit', () => {
    const [{ expected }] = outcome(['serving.slots=100_000']);
    const most = Number(/at most (\d+)/.exec(expected!)![1]);
    expect(outcome([`serving.slots=${most}`])).toEqual([]);
    expect(outcome([`serving.slots=${most + 2}`])).toMatchObject([{ id: 'MB-E221' }]);
  });

  test('a trace is found beside the scenario', () => {
    writeFileSync(join(folder, 'trace.csv'), 'TIMESTAMP,ContextTokens,GeneratedTokens\n');
    expect(outcome(['population.arrivals={mode: trace, file: trace.csv}'])).toEqual([]);
  });

  test('a spread of the way through the API server needs a way that takes time', () => {
    const spread = 'serving.frontend_cv=0.2';
    expect(outcome([spread]).map(({ id }) => id)).toEqual(['MB-E227']);
    expect(outcome([spread, 'serving.frontend=20ms'])).toEqual([]);
  });

  test('a share that cannot be read is not also said to miss in the sum', () => {
    expect(outcome(['population.cohorts[0].share=lots']).map(({ id }) => id)).toEqual(['MB-E105']);
  });

  test('a mistake elsewhere does not hide them', () => {
    expect(
      outcome(['warmup=soon', 'hardware.cells=3', 'base=qwen'])
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['MB-E104', 'MB-E105', 'MB-E203']);
  });
});

test.each([
  ['>= 99', 'write 99%'],
  ['< 1.5', 'write 1.5%'],
  ['> 100%', undefined],
  ['< 0', undefined],
  ['>= 990', undefined],
])('a share cannot be held against %s', (bound, hint) => {
  const [found, ...others] = outcome([`thresholds={slo_attainment: "${bound}"}`]);
  expect(others).toEqual([]);
  expect([found.id, found.path, found.hint]).toEqual(['MB-E228', 'thresholds.slo_attainment', hint]);
});

test('bounds that a share can meet or miss stand, and metrics without a ceiling take any', () => {
  expect(
    outcome(['thresholds={slo_attainment: [">= 99%", "<= 1", "> 0"], ttft_ms_p99: "< 500"}', 'duration=10h']),
  ).toEqual([]);
});

test('an objective that nobody uses says where to name it', () => {
  const found = outcome(['slo={fast: {ttft: 1s}, slow: {ttft: 9s}}']);
  expect(found.map(({ hint }) => hint)).toEqual([
    'name it where it counts: population.cohorts[].slo: fast',
    'name it where it counts: population.cohorts[].slo: slow',
  ]);
});

describe('what is merely unlikely', () => {
  test.each([
    ['MB-W402', ['population.start=cold']],
    ['MB-W402', ['population.start=cold', 'warmup=1ms']],
    ['MB-W403', ['thresholds={ttft_ms_p99: "< 5"}', 'duration=10min']],
    ['MB-W404', ['duration=5s']],
    ['MB-W405', ['budget.max_requests=1000']],
    ['MB-W406', ['population.diurnal.amplitude=50%']],
    ['MB-W407', ['serving.tiers.host.capacity=3TiB']],
    ['MB-W407', ['serving.tiers.disk.capacity=30TB']],
    ['MB-W408', ['serving.max_adapters_per_batch=64']],
    ['MB-W409', ['hardware.gpu=a100-80', 'base.weight_dtype=fp8']],
    ['MB-W410', ['hardware.parallel.tensor=16', 'base=kimi-k2', 'hardware.replicas=4']],
    ['MB-W411', ['population.users_per_adapter=500']],
    ['MB-W412', ['slo.slow={ttft: 9s}']],
    ['MB-W414', ['slo={chat: {ttft: 1s, tpot: 50}}']],
    ['MB-W414', ['slo={chat: {ttft: 1s}}', "thresholds={ttft_ms_p99: '< 2'}"]],
  ])('%s: %s', (id, sets) => {
    expect(outcome(sets)).toContainEqual(expect.objectContaining({ id, severity: 'warning' }));
  });

  test('times with their units, and bounds near the objective, are taken as they are', () => {
    for (const bound of ['< 2s', '< 500', '< 200ms']) {
      const found = outcome(['slo={chat: {ttft: 1s, tpot: 50ms}}', `thresholds={ttft_ms_p99: '${bound}'}`]);
      expect(JSON.stringify(found)).not.toContain('MB-W414');
    }
  });

  test('a load beyond all the FLOP/s there are is said to be too much, and half of them is not', () => {
    // 8 H200 at 989 TFLOP/s; 2 × 8.19e9 FLOP a token; mean lengths of the defaults near 830 + 175 tokens.
    expect(outcome(['population.rate=1000/s'], REAL)).toMatchObject([{ id: 'MB-W401', path: 'hardware.replicas' }]);
    expect(outcome(['population.rate=250/s'], REAL)).toEqual([]);
  });
});
