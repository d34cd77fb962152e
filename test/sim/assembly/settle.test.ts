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
function coldRatio(policy: string, start: string, duration: string, warmup: string): number {
  const scenario = scenarioOf(TEXT, 'settling.yaml', [
    `population.start=${start}`,
    `serving.tiers.host.eviction=${policy}`,
    `duration=${duration}`,
    `warmup=${warmup}`,
  ]);
  const rows = summarise(simulate(scenario, false), factsOf(scenario, planMemory(scenario).kvBlocks));
  return rows.find(({ metric, cohort }) => metric === 'cold_ratio' && cohort === 'all')!.value!;
}

describe('a settled start', () => {
  it.each(['lru', 'sieve', 'w-tinylfu', 'random'])('shows at once what %s comes to in the end', (policy) => {
    const end = coldRatio(policy, 'steady', '80min', '50min');
    const settled = coldRatio(policy, 'settled', '12min', '1min');
    // 26,000 lookups have a standard error of 0.003; SIEVE and its like go on learning for hours, by a percent or so.
    expect(Math.abs(settled - end)).toBeLessThan(0.02);
  });

  it('differs from one with the most popular adapters, which flatters LRU', () => {
    expect(coldRatio('lru', 'settled', '40s', '1s') - coldRatio('lru', 'steady', '40s', '1s')).toBeGreaterThan(0.04);
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
