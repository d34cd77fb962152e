/** Published values that follow from a scenario without simulating it: how memory is divided, what a step or an operator costs. */
import { adapterShape } from '../../scenario/geometry.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { startupSeconds } from '../../scenario/startup.ts';
import { COST } from '../../sim/cost/index.ts';
import { planMemory } from '../../sim/cost/memory.ts';
import { type LoraBatch, TICKS_PER_SECOND } from '../../sim/cost/step-cost.ts';
import { FLEET_METRICS } from './fleet-metrics.ts';

export interface PlanMetric {
  readonly unit: string;
  readonly definition: string;
  of(scenario: Scenario): number;
}

export const PLAN_METRICS: Readonly<Record<string, PlanMetric>> = {
  kv_tokens: {
    unit: 'tokens',
    definition: 'Tokens that the KV cache of a replica holds',
    of: (scenario) => planMemory(scenario).kvBlocks * scenario.serving.kv.block_tokens,
  },
  startup_s: {
    unit: 's',
    definition: 'Start of a replica: serving.startup, the base and so much for each adapter slot',
    of: startupSeconds,
  },
  lora_operator_us: {
    unit: 'us',
    definition:
      'One fused LoRA operator (shrink and expand) of a decode step of max_batch requests over max_adapters_per_batch adapters',
    of: (scenario) => {
      const { base, adapter, serving, population } = scenario;
      const cost = COST[serving.cost.name].create(serving.cost.params, scenario);
      const ranks = (population.cohorts[0].rank ?? adapter.rank).ranks.map(({ rank }) => rank);
      const batch: LoraBatch = {
        tokens: serving.max_batch,
        distinct: serving.max_adapters_per_batch,
        distinctByClass: Int32Array.of(serving.max_adapters_per_batch),
        tokensByClass: Int32Array.of(serving.max_batch),
        maxRank: Math.max(...ranks),
      };
      return (1e6 * cost.lora(batch, batch.tokens)) / TICKS_PER_SECOND / adapterShape(base, adapter.modules).operators;
    },
  },
  ...FLEET_METRICS,
};
