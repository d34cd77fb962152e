/** Every shipped scenario, shrunk to seconds of simulated time, with every event audited and every result accounted for. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { conservationErrors } from '../../src/metrics/conservation.ts';
import { factsOf } from '../../src/metrics/facts.ts';
import { summarise } from '../../src/metrics/summary.ts';
import { planMemory } from '../../src/sim/cost/memory.ts';
import { run, scenarioOf, simulate, temporaryFolder } from './small.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');
const SHIPPED = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

/** By scenario: what makes it small. Each keeps its hardware, cohorts and policies. */
const CHANGES: Readonly<Record<string, readonly string[]>> = {
  '1M.yaml': ['population.users=100_000', 'duration=2s', 'warmup=0.2s'],
  '10M.yaml': ['population.users=100_000', 'population.rate=100/s', 'duration=2s', 'warmup=0.2s'],
  '100M.yaml': ['population.users=100_000', 'population.rate=100/s', 'duration=2s', 'warmup=0.2s'],
  'cpu-profile.yaml': ['population.users=2_000', 'duration=20s', 'warmup=2s'],
  'flash-crowd.yaml': [
    'population.users=10_000',
    'duration=5s',
    'warmup=1s',
    'population.flash_crowds=[{at: 2s, duration: 1s, cohort: newcomers, users: 500, rate: 60/s}]',
  ],
  'interference-activation.yaml': ['duration=10s', 'warmup=2s'],
  'interference-admission.yaml': [
    'duration=20s',
    'warmup=2s',
    'population.flash_crowds=[{at: 10s, duration: 5s, cohort: newcomers, users: 40, rate: 1/s}]',
  ],
  'interference-kv.yaml': ['duration=10s', 'warmup=2s'],
  'interference-links.yaml': ['duration=10s', 'warmup=2s'],
  'interference-neighbour.yaml': ['duration=10s', 'warmup=2s'],
  'interference-ranks.yaml': ['duration=10s', 'warmup=2s'],
  'lifecycle.yaml': [
    'population.users=1_000',
    'population.rate=10/s',
    'duration=20s',
    'warmup=2s',
    'lifecycle={updates: {law: requests, requests: 2}, training: 1s, evaluation: {duration: 1s, pass: 90%}, prewarm: host, rollback: {share: 20%, after: 2s}}',
  ],
  's-lora-a10g.yaml': ['duration=20s', 'warmup=2s'],
  'scale-down.yaml': ['population.users=10_000', 'duration=5s', 'warmup=1s'],
  'scale-out.yaml': ['population.users=10_000', 'duration=5s', 'warmup=1s'],
  'scale-up.yaml': ['population.users=10_000', 'duration=20s', 'warmup=2s'],
  'sglang-drainer.yaml': ['duration=60s', 'warmup=5s'],
  'smoke.yaml': ['population.users=2_000', 'duration=5s', 'warmup=1s'],
};

describe('shipped', () => {
  test.each(SHIPPED.filter((name) => name !== 'trace-replay.yaml'))('%s', (name) => {
    const path = join(FOLDER, name);
    expect(Object.keys(CHANGES)).toContain(name);
    const scenario = scenarioOf(readFileSync(path, 'utf8'), path, CHANGES[name]);
    const result = simulate(scenario);
    const facts = factsOf(scenario, planMemory(scenario).kvBlocks);
    expect(conservationErrors(result, facts)).toEqual([]);
    const rows = summarise(result, facts);
    const value = (metric: string) => rows.find((row) => row.metric === metric && row.cohort === 'all')!.value;
    expect(value('finished')).toBeGreaterThan(20);
    expect(value('unfinished')).toBe(0);
  });

  test('sglang-drainer.yaml: the drainer ends the longest waits, the pin keeps the house out of them', () => {
    const path = join(FOLDER, 'sglang-drainer.yaml');
    const p99 = (cohort: string, ...changes: string[]) => {
      const scenario = scenarioOf(readFileSync(path, 'utf8'), path, ['duration=6min', ...changes]);
      const rows = summarise(simulate(scenario), factsOf(scenario, planMemory(scenario).kvBlocks));
      return rows.find((row) => row.metric === 'ttft_ms_p99' && row.cohort === cohort)!.value!;
    };
    expect(p99('guests', 'serving.drain.after=1h')).toBeGreaterThan(2 * p99('guests'));
    expect(p99('house')).toBeLessThan(2000);
    expect(p99('house', 'serving.pin.gpu=0')).toBeGreaterThan(5000);
  });

  test('trace-replay.yaml', async () => {
    const folder = temporaryFolder();
    const trace = join(folder, 'trace.csv');
    const rows = Array.from(
      { length: 200 },
      (_, i) => `2023-11-16 18:00:${(i / 10).toFixed(3).padStart(6, '0')},${100 + i},${10 + (i % 7)}`,
    );
    writeFileSync(trace, `TIMESTAMP,ContextTokens,GeneratedTokens\n${rows.join('\n')}\n`);
    const path = join(FOLDER, 'trace-replay.yaml');
    const scenario = scenarioOf(readFileSync(path, 'utf8'), path, [`population.arrivals.file=${trace}`, 'warmup=1s']);
    const { document } = await run(scenario, { out: join(folder, 'runs'), check: true });
    expect(document.metrics.arrivals.value).toBe(200);
    expect(document.metrics.finished.value).toBe(200);
  });
});
