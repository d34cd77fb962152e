/**
 * What metrics need to know of a run beside what was recorded: names, capacities, prices. Taken from the resolved scenario.
 */
import type { Scenario } from '../scenario/scenario.ts';
import { startupSeconds } from '../scenario/startup.ts';
import type { Scope } from './result.ts';

export interface RunFacts {
  cohorts: readonly string[];
  /** Whether each cohort has an SLO. */
  hasSlo: readonly boolean[];
  users: number;
  /** Whole system. */
  replicas: number;
  gpus: number;
  nodes: number;
  /** KV blocks of all replicas together. */
  kvBlocks: number;
  /** Rent of all GPUs and nodes, US dollars an hour. */
  usdPerHour: number;
  /** Nameplate power of all GPUs and nodes, watts. */
  watts: number;
  /** Seconds before a replica serves. */
  startupSeconds: number;
}

/** The whole run, which tables call `all`. A cohort of that name is the run's only one, so it is no scope of its own. */
export function scopesOf({ cohorts }: Pick<RunFacts, 'cohorts'>): { readonly scope: Scope; readonly name: string }[] {
  const own = cohorts.map((name, scope) => ({ scope, name })).filter(({ name }) => name !== 'all');
  return [{ scope: 'all', name: 'all' }, ...own];
}

/** @param kvBlocksPerReplica from the memory plan of the engine */
export function factsOf(scenario: Scenario, kvBlocksPerReplica: number): RunFacts {
  const { hardware, population } = scenario;
  const { gpu, node, parallel, replicas } = hardware;
  const gpus = replicas * parallel.tensor * parallel.pipeline;
  const nodes = Math.ceil(gpus / hardware.gpus_per_node);
  return {
    cohorts: population.cohorts.map((cohort) => cohort.name),
    hasSlo: population.cohorts.map((cohort) => cohort.slo !== null),
    users: population.users,
    replicas,
    gpus,
    nodes,
    kvBlocks: replicas * kvBlocksPerReplica,
    usdPerHour: gpus * gpu.price_per_hour + nodes * node.price_per_hour,
    watts: gpus * gpu.power + nodes * node.power,
    startupSeconds: startupSeconds(scenario),
  };
}
