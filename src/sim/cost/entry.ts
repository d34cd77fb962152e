/** What every cost model exports: parameters and the resolved scenario in, a tabulated step cost out. */
import type { Entry } from '../../scenario/family.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { StepCost } from './step-cost.ts';

export interface CostEntry<P = unknown> extends Entry<P> {
  create(params: P, scenario: Scenario): StepCost;
}
