/**
 * Replications with common random numbers: replication i of every point has the same seed, so that points differ by what was
 * varied and not by luck. Law & Kelton, Simulation Modeling and Analysis, section 11.2.
 */
import type { Scenario } from '../scenario/scenario.ts';

/** Replication 0 is the scenario itself; the others differ in nothing but their seed. */
export function replicate(scenario: Scenario, replication: number): Scenario {
  return replication === 0 ? scenario : { ...scenario, seed: `${scenario.seed}#${replication}` };
}

/** All replications that the scenario asks for. */
export const replicationsOf = (scenario: Scenario): Scenario[] =>
  Array.from({ length: scenario.replications }, (_, replication) => replicate(scenario, replication));
