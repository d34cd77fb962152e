/**
 * How many engines a wave of distinct adapters needs, by the rules of MinT's fleet model (arXiv 2605.13779v2, table 19). The wave is
 * `population.arrivals.requests`, to be served within the first objective's `e2el`.
 */
import type { Scenario } from '../../scenario/scenario.ts';
import type { PlanMetric } from './plan-metrics.ts';

const wave = ({ population }: Scenario): number => Number(population.arrivals.params.requests);
const window = ({ slo }: Scenario): number => Object.values(slo)[0].e2el;
/** Division leaves dust that would cost an engine. */
const up = (engines: number): number => Math.ceil(engines - 1e-9);

export const FLEET_METRICS: Readonly<Record<string, PlanMetric>> = {
  engines_placement: {
    unit: 'engines',
    definition: 'Engines whose slots together hold every adapter of the wave',
    of: (scenario) => up(wave(scenario) / scenario.serving.slots),
  },
  engines_throughput: {
    unit: 'engines',
    definition:
      'Engines that serve the wave in time where each takes requests at the rate of serving.admission (token-bucket)',
    of: (scenario) => up(wave(scenario) / window(scenario) / Number(scenario.serving.admission.params.rate)),
  },
  engines_cold_rate: {
    unit: 'engines',
    definition:
      'Engines that load every adapter of the wave in time, one after the other under the lock of registration',
    of: (scenario) => up((wave(scenario) / window(scenario)) * scenario.serving.loader.register),
  },
  engines_cold_burst: {
    unit: 'engines',
    definition: 'Engines that refuse none of the wave at once: loads in progress and in the queue of each',
    of: (scenario) => up(wave(scenario) / (scenario.serving.loader.concurrency + scenario.serving.loader.queue)),
  },
};
