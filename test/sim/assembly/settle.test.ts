/** A settled start is where hours of serving lead, whatever the policy; a start with the most popular adapters is not. */
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../../src/metrics/facts.ts';
import { summarise } from '../../../src/metrics/summary.ts';
import { planMemory } from '../../../src/sim/cost/memory.ts';
import { scenarioOf, simulate } from '../../run/small.ts';

const TEXT = `version: 1
name: settling
population:
  users: 4000
  rate: 40/s
  popularity: {law: zipf, exponent: 0.9}
  cohorts:
    - name: all
      prompt_tokens: {law: fixed, tokens: 16}
      output_tokens: {law: fixed, tokens: 2}
base: qwen3-4b
adapter: {rank: 8, modules: attention}
hardware: {gpu: h100, replicas: 2, gpus_per_node: 2}
serving:
  slots: 2
  routing: adapter-affinity
  tiers:
    host: {capacity: 7GB}
    disk: {capacity: 16GB}
`;

/** Share of lookups that found their adapter in neither GPU nor host memory. */
function coldRatio(policy: string, start: string, duration: string, warmup: string, seed = 's'): number {
  const scenario = scenarioOf(TEXT, 'settling.yaml', [
    `population.start=${start}`,
    `serving.tiers.host.eviction=${policy}`,
    `duration=${duration}`,
    `warmup=${warmup}`,
    `seed=${seed}`,
  ]);
  const rows = summarise(simulate(scenario, false), factsOf(scenario, planMemory(scenario).kvBlocks));
  return rows.find(({ metric, cohort }) => metric === 'cold_ratio' && cohort === 'all')!.value!;
}

/** The first 15 s of six seeds: 3,600 lookups, a standard error of 0.008. */
const atOnce = (policy: string, start: string): number =>
  ['1', '2', '3', '4', '5', '6'].reduce((sum, seed) => sum + coldRatio(policy, start, '15s', '0s', seed) / 6, 0);

describe('a settled start', () => {
  it.each(['lru', 'sieve', 'w-tinylfu', 'random'])('shows at once what %s comes to in the end', (policy) => {
    const end = coldRatio(policy, 'steady', '80min', '50min');
    expect(Math.abs(atOnce(policy, 'settled') - end)).toBeLessThan(0.025);
    // What other starts show is not that, or this test could not fail.
    expect(atOnce(policy, 'cold') - end).toBeGreaterThan(0.1);
    if (policy === 'lru' || policy === 'random') expect(atOnce(policy, 'steady') - end).toBeLessThan(-0.04);
  });

  it('records nothing of what it took', () => {
    const scenario = scenarioOf(TEXT, 'settling.yaml', [
      'population.start=settled',
      'population.rate=1e-3/s',
      'duration=1s',
    ]);
    const run = simulate(scenario);
    expect(run.totals.every((total) => total === 0)).toBe(true);
  });
});
