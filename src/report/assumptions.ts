/**
 * What a run took for granted, in sentences for the reader of its report. Each line follows from the resolved scenario, so a
 * report never lists a simplification that its run did not make.
 */
import { LEAST_FOR_INTERVAL } from '../metrics/statistics/resampling.ts';
import { GPUS } from '../scenario/presets/gpus.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { formatSeconds, percent, significant } from './format.ts';
import { kernelBasis } from './kernel-basis.ts';

type Line = (scenario: Scenario) => string | null;

const LINES: readonly Line[] = [
  (scenario) => {
    const { serving } = scenario;
    if (serving.cost.name === 'roofline') {
      return 'Step times come from a roofline over the nominal speed of the hardware; no kernel was measured for this run.';
    }
    const basis = kernelBasis(scenario);
    if (basis !== null) return basis.sentence;
    return `Step times come from the cost model “${serving.cost.name}”, with the coefficients in the scenario.`;
  },
  ({ hardware }) =>
    hardware.cells > 1
      ? `The system is ${hardware.cells} cells of ${significant(hardware.replicas / hardware.cells)} ${hardware.replicas === hardware.cells ? 'replica' : 'replicas'}. Users belong to one cell; requests are routed inside it.`
      : null,
  ({ hardware }) =>
    hardware.cells > 1 && Number.isFinite(hardware.object_store.bandwidth)
      ? `Cells share the object store by demand, settled every ${formatSeconds(hardware.object_store.interval)} of simulated time.`
      : null,
  ({ population }) => START[population.start],
  ({ warmup, duration }) =>
    warmup > 0
      ? `Requests that arrived in the first ${formatSeconds(warmup)} of ${formatSeconds(duration)} are simulated but left out of latencies and ratios.`
      : 'No warm-up is left out: latencies and ratios include the time in which the tiers fill.',
  ({ population }) =>
    `Popularity of users follows “${population.popularity.name}” inside each cohort${rateCap(population.max_rate_per_user)}.`,
  ({ population }) =>
    population.drift.name === 'none' || population.drift.name === 'static'
      ? 'Who is popular does not change during the run.'
      : null,
  () =>
    '“Alone” is what a request would take on an empty replica with its adapter in host memory; slowdown and lost time are against it.',
  ({ hardware }) =>
    `Cost is rent, busy or idle, at $${significant(hardware.gpu.price_per_hour)} a GPU-hour and $${significant(hardware.node.price_per_hour)} a node-hour${illustrative(hardware.gpu) ? ', a round illustrative figure that comes with the GPU preset' : ''}; storage, network traffic and people are not in it.`,
  ({ population }) =>
    population.cohorts.some(({ sessions }) => sessions?.carry_context)
      ? 'Prefix caching is left out: each turn of a session prefills its carried context anew, which an engine with a prefix cache (vLLM V1 has it on by default) mostly would not. Prefill load and times to first token of later turns come out too high.'
      : 'Prefix caching is left out: each prompt is prefilled whole, whatever it shares with others.',
  () => 'Speculative decoding is left out: a decode step gives each request one token.',
  () => 'Nothing fails: no replica, disk or link is lost during the run.',
  ({ serving }) =>
    serving.loader.activation === 'overlapped'
      ? 'Copies of adapters to the GPU run beside the engine’s steps and slow nothing but each other.'
      : 'A copy of an adapter to the GPU holds up its replica’s steps.',
  ({ base }) =>
    base.moe === null
      ? null
      : `Experts are chosen evenly: a step reads the expected number of distinct experts for its tokens (${base.moe.top_k} of ${base.moe.experts} a token).`,
  ({ replications }) =>
    replications >= LEAST_FOR_INTERVAL
      ? `Intervals are over ${replications} replications with their own seeds.`
      : replications > 1
        ? `${replications} replications with their own seeds, too few for an interval: a range beside a value spans theirs.`
        : 'One run, one seed: intervals inside it treat stretches of time as samples, and another seed gives other numbers.',
  () => `Quantiles are read off histograms, within ${percent(0.002)} of the exact ones.`,
];

const START: Record<Scenario['population']['start'], string> = {
  cold: 'Every tier is empty at the start.',
  'host-warm': 'Host memory and disks hold the most popular adapters at the start; the GPUs hold none.',
  'gpu-warm': 'GPU slots, host memory and disks hold the most popular adapters at the start.',
  steady:
    'Tiers hold the most popular adapters at the start, in proportion to their capacity: what no policy can better while popularity stands still, and most lose in time.',
  settled:
    'Tiers hold at the start what their policies keep of many independent lookups; GPU slots hold the most popular adapters.',
};

/** Whether the price is the preset's own, which no provider asks. */
const illustrative = (gpu: Scenario['hardware']['gpu']): boolean =>
  Object.values(GPUS).some(({ name, price_per_hour }) => name === gpu.name && price_per_hour === gpu.price_per_hour);

const rateCap = (rate: number): string =>
  Number.isFinite(rate) ? `, no user above ${significant(rate * 3600)} requests an hour on average` : '';

export function assumptions(scenario: Scenario): string[] {
  return LINES.map((line) => line(scenario)).filter((text): text is string => text !== null);
}
