/** The cost models, by the name a scenario gives them. */
import type { Scenario } from '../../scenario/scenario.ts';
import { calibrated } from './calibrated.ts';
import { coefficients } from './coefficients.ts';
import type { CostEntry } from './entry.ts';
import { profile } from './profile.ts';
import { roofline } from './roofline.ts';
import type { StepCost } from './step-cost.ts';

export const COST: Record<string, CostEntry> = { roofline, calibrated, coefficients, profile };

/** The step cost of the scenario's replicas: tables of its own cost model, which do not change any more. */
export function stepCostOf(scenario: Scenario): StepCost {
  const { name, params } = scenario.serving.cost;
  return COST[name].create(params as never, scenario);
}
