/**
 * What a simulation assumes and nobody knows exactly: each parameter with its uncertainty and where that comes from.
 * "Estimate" marks ranges that rest on judgement; the others on published or public measurements that the source names.
 *
 * A range of `values` holds whatever the scenario says; one of `factors` is taken around the scenario's value. A parameter that
 * plays no part in a scenario (another cost model, no collective, no cold load on the path) has the value null there and is left out.
 */
import type { EngineCalibration } from '../scenario/engine-calibration.ts';
import type { Choice } from '../scenario/family.ts';
import type { Cohort, Scenario } from '../scenario/scenario.ts';

export interface Uncertainty {
  key: string;
  label: string;
  /** How its values are printed: a unit, `%`, or `×` for a factor on what the scenario says. */
  unit: string;
  ends: { values: readonly [number, number] } | { factors: readonly [number, number] };
  source: string;
  /** In base units; 1 for a factor. Null where it plays no part. */
  read(scenario: Scenario): number | null;
  write(scenario: Scenario, value: number): Scenario;
}

const ESTIMATE = 'estimate';
const AICONFIGURATOR = 'ai-dynamo/aiconfigurator@095f58a, silicon_sample.csv';
const AGULLO = 'Agullo et al., arXiv 2508.08343';

/** A parameter of the cost model; null where the model in use has no such parameter, or does without it (0). */
function cost(
  key: string,
  label: string,
  unit: string,
  values: readonly [number, number],
  source: string,
): Uncertainty {
  return {
    key,
    label,
    unit,
    ends: { values },
    source,
    read: ({ serving }) => numeric(costParam(serving.cost, key)),
    write: (scenario, value) => ({
      ...scenario,
      serving: { ...scenario.serving, cost: withParam(scenario.serving.cost, key, value) },
    }),
  };
}

/** What is written in the scenario, else what the calibration of an engine says, which a written value replaces. */
const costParam = ({ params }: Choice, key: string): unknown =>
  params[key] ?? (params.data as Partial<EngineCalibration> | null | undefined)?.parameters?.[key];

const numeric = (value: unknown): number | null => (typeof value === 'number' && value > 0 ? value : null);

const withParam = (choice: Choice, key: string, value: unknown): Choice => ({
  ...choice,
  params: { ...choice.params, [key]: value },
});

const several = ({ hardware }: Scenario): boolean => hardware.parallel.tensor * hardware.parallel.pipeline > 1;

/** A time of the loader: a range of values, which the scenario's own value widens. */
function loader(
  key: 'build' | 'build_per_object' | 'register' | 'activate',
  label: string,
  values: readonly [number, number],
  source: string,
): Uncertainty {
  return {
    key: `loader.${key}`,
    label,
    unit: 's',
    ends: { values },
    source,
    read: ({ serving }) => numeric(serving.loader[key]),
    write: (scenario, value) => ({
      ...scenario,
      serving: { ...scenario.serving, loader: { ...scenario.serving.loader, [key]: value } },
    }),
  };
}

/** A factor on a bandwidth of the GPU. */
function gpu(
  key: 'intra_node_bandwidth' | 'inter_node_bandwidth' | 'pcie_bandwidth',
  label: string,
  factors: readonly [number, number],
  source: string,
  matters: (scenario: Scenario) => boolean,
): Uncertainty {
  return {
    key,
    label,
    unit: 'B/s',
    ends: { factors },
    source,
    read: (scenario) => (matters(scenario) ? numeric(scenario.hardware.gpu[key]) : null),
    write: (scenario, value) => ({
      ...scenario,
      hardware: { ...scenario.hardware, gpu: { ...scenario.hardware.gpu, [key]: value } },
    }),
  };
}

/** A factor on something that every cohort has its own of. */
function cohorts(
  key: string,
  label: string,
  factors: readonly [number, number],
  source: string,
  scale: (cohort: Cohort, factor: number) => Cohort | null,
): Uncertainty {
  return {
    key,
    label,
    unit: '×',
    ends: { factors },
    source,
    read: ({ population }) => (population.cohorts.some((cohort) => scale(cohort, 1) !== null) ? 1 : null),
    write: (scenario, factor) => ({
      ...scenario,
      population: {
        ...scenario.population,
        cohorts: scenario.population.cohorts.map((cohort) => scale(cohort, factor) ?? cohort),
      },
    }),
  };
}

const SIZES = ['median', 'mean', 'tokens', 'min', 'max'] as const;

/** A length law stretched by `factor`; null for laws that are tables of values. Bounds that only clip stay. */
function stretched(law: Choice, factor: number): Choice | null {
  const keys =
    law.name === 'uniform' ? (['min', 'max'] as const) : SIZES.filter((key) => key !== 'min' && key !== 'max');
  const scaled = keys.filter((key) => typeof law.params[key] === 'number');
  if (scaled.length === 0) return null;
  const whole = law.name === 'uniform' || law.name === 'fixed';
  return scaled.reduce((choice, key) => {
    const value = (law.params[key] as number) * factor;
    return withParam(choice, key, whole ? Math.max(1, Math.round(value)) : value);
  }, law);
}

const openLoop = ({ population }: Scenario): boolean => population.arrivals.name === 'open';

export const UNCERTAINTIES: readonly Uncertainty[] = [
  cost(
    'memory_efficiency',
    'memory bandwidth reached',
    '%',
    [0.65, 0.92],
    `low: weights over TPOT of Llama-3.1-70B FP8 on one H200 at batch 4 to 8, all overheads in it: 0.65 to 0.73 (${AICONFIGURATOR}); high: large device copies`,
  ),
  cost(
    'flops_efficiency',
    'matrix FLOP/s reached',
    '%',
    [0.5, 0.8],
    `low: whole prefill of 4 × 8,192 tokens, Llama-3.1-70B FP8 on one H200, attention in it: 0.50 (${AICONFIGURATOR}); high: cuBLAS at large sizes`,
  ),
  cost('attention_efficiency', 'attention FLOP/s reached', '%', [0.35, 0.75], 'FlashAttention-2 and -3 on H100'),
  cost(
    'step_overhead',
    'host work in each step',
    's',
    [0.2e-3, 4e-3],
    `high: what a step of Llama-3.1-8B on H100 takes beyond its weights, vLLM 0.8.5 (${AGULLO}: 10.54 ms at no requests); low: schedulers that overlap it`,
  ),
  cost('kernel_gap', 'gap between kernels', 's', [0.5e-6, 2e-6], `${ESTIMATE}: captured graphs, a factor of two`),
  {
    ...cost(
      'collective_base',
      'latency of a collective',
      's',
      [3.3e-6, 20e-6],
      `${ESTIMATE}: NCCL's tuning constant for LL, halved, to three times`,
    ),
    read: (scenario) => (several(scenario) ? numeric(costParam(scenario.serving.cost, 'collective_base')) : null),
  },
  cost(
    'step',
    'step at no requests',
    's',
    [8.5e-3, 12.5e-3],
    `${AGULLO}: its twin is 18.6% off in inter-token latency`,
  ),
  cost(
    'token',
    'step time of a request',
    's',
    [36e-6, 52e-6],
    `${AGULLO}: its twin is 18.6% off in inter-token latency`,
  ),
  cost(
    'lora_factor_per_adapter',
    'step time of an adapter',
    '×',
    [0.0167, 0.0193],
    `${AGULLO}: fits of Qwen2.5-7B and Llama-3.1-8B`,
  ),
  cost(
    'lora_efficiency',
    'LoRA bandwidth reached',
    '%',
    [0.4, 0.8],
    'Punica Fig. 9 reaches 0.63 (arXiv 2310.18547); estimate around it',
  ),
  cost(
    'lora_operator',
    'empty LoRA operator',
    's',
    [6e-6, 40e-6],
    'low: csgmv under a graph on H200 without its GPU time (SGLang, lora_csgmv); high: Punica Fig. 8, two launches on A100, 37 to 42 µs',
  ),
  cost(
    'lora_adapter',
    'LoRA time of an adapter',
    's',
    [0.1e-6, 1.25e-6],
    'Punica Figs. 8 and 9, A100: 1.25 and 0.36 µs; low: estimate',
  ),
  gpu(
    'intra_node_bandwidth',
    'links inside a node',
    [0.7, 1],
    `${ESTIMATE}: what collectives reach of NVLink`,
    several,
  ),
  gpu(
    'inter_node_bandwidth',
    'links between nodes',
    [0.6, 1],
    `${ESTIMATE}: what collectives reach of the network`,
    ({ hardware }) => hardware.parallel.tensor * hardware.parallel.pipeline > hardware.gpus_per_node,
  ),
  gpu(
    'pcie_bandwidth',
    'PCIe from host to GPU',
    [0.5, 0.9],
    'low: copies that are not pinned (vLLM #31317: pinning saves 40%); high: pinned',
    () => true,
  ),
  loader(
    'activate',
    'activation overhead',
    [0.2e-3, 6e-3],
    `high: copy to the GPU in vLLM 0.8.5, 3 to 8 ms with its bytes (${AGULLO}); low: ${ESTIMATE}`,
  ),
  {
    key: 'disk_bandwidth',
    label: 'disk bandwidth',
    unit: 'B/s',
    ends: { factors: [0.5, 1.2] },
    source: `${ESTIMATE}: mixed reads beside sequential ones`,
    read: ({ serving, hardware }) => (serving.tiers.disk.capacity > 0 ? numeric(hardware.node.disk.bandwidth) : null),
    write: (scenario, value) => withNode(scenario, 'disk', { bandwidth: value }),
  },
  {
    key: 'network_bandwidth',
    label: 'network of a node',
    unit: 'B/s',
    ends: { factors: [0.6, 1] },
    source: `${ESTIMATE}: protocols and neighbours`,
    read: ({ hardware }) => numeric(hardware.node.network.bandwidth),
    write: (scenario, value) => withNode(scenario, 'network', { bandwidth: value }),
  },
  {
    key: 'object_store.latency',
    label: 'object store latency',
    unit: 's',
    ends: { values: [5e-3, 0.2] },
    source: 'high: Amazon S3 guidelines, 100 to 200 ms; low: single-zone stores',
    read: ({ hardware }) => numeric(hardware.object_store.latency),
    write: (scenario, value) => ({
      ...scenario,
      hardware: { ...scenario.hardware, object_store: { ...scenario.hardware.object_store, latency: value } },
    }),
  },
  loader(
    'build_per_object',
    'build of a tensor object',
    [14e-6, 37e-6],
    'MinT (arXiv 2605.13779): 0.754 s of build and 1.36 s of live load for 37,248 objects',
  ),
  loader('build', 'build of a load', [5e-3, 0.15], 'MinT: live packed load of 0.156 s beside 0.026 s of build'),
  loader(
    'register',
    'registration lock',
    [1e-3, 0.1],
    'MinT: 16 adapters registered while serving in 1.66 s; low: estimate',
  ),
  {
    key: 'host_expansion',
    label: 'host memory expansion',
    unit: '×',
    ends: { values: [1, 5.6] },
    source: 'MinT: 586.8 MB in host memory for a file of 105.5 MB, four tensor-parallel workers',
    read: ({ adapter }) => numeric(adapter.host_expansion),
    write: (scenario, value) => ({ ...scenario, adapter: { ...scenario.adapter, host_expansion: value } }),
  },
  {
    ...cohorts('rate', 'request rate', [0.8, 1.25], `${ESTIMATE}: a forecast`, (cohort, factor) => ({
      ...cohort,
      rate: cohort.rate * factor,
    })),
    read: (scenario) => (openLoop(scenario) ? 1 : null),
  },
  cohorts('prompt_tokens', 'prompt length', [0.8, 1.25], `${ESTIMATE}: another user base`, (cohort, factor) => {
    const law = stretched(cohort.prompt_tokens, factor);
    return law === null ? null : { ...cohort, prompt_tokens: law };
  }),
  cohorts('output_tokens', 'output length', [0.8, 1.25], `${ESTIMATE}: another user base`, (cohort, factor) => {
    const law = stretched(cohort.output_tokens, factor);
    return law === null ? null : { ...cohort, output_tokens: law };
  }),
  cohorts(
    'popularity.exponent',
    'popularity exponent',
    [0.8, 1.25],
    'log-log slopes of clients and users in public traces, 0.8 to 1.2 (GenTD26, ServeGen)',
    (cohort, factor) => {
      const exponent = numeric(cohort.popularity.params.exponent);
      return exponent === null
        ? null
        : { ...cohort, popularity: withParam(cohort.popularity, 'exponent', exponent * factor) };
    },
  ),
  {
    key: 'gpu.price_per_hour',
    label: 'price of a GPU',
    unit: 'USD/h',
    ends: { factors: [0.6, 1.6] },
    source: `${ESTIMATE}: spread between providers and terms; presets are round figures`,
    read: ({ hardware }) => numeric(hardware.gpu.price_per_hour),
    write: (scenario, value) => ({
      ...scenario,
      hardware: { ...scenario.hardware, gpu: { ...scenario.hardware.gpu, price_per_hour: value } },
    }),
  },
];

function withNode(scenario: Scenario, part: 'disk' | 'network', change: { bandwidth: number }): Scenario {
  const { hardware } = scenario;
  return {
    ...scenario,
    hardware: { ...hardware, node: { ...hardware.node, [part]: { ...hardware.node[part], ...change } } },
  };
}

/** Only money: nothing that is simulated depends on it. */
export const isPrice = ({ key }: Pick<Uncertainty, 'key'>): boolean => key.startsWith('gpu.price');

/** Both ends in the scenario's terms; a range of values is widened where the scenario's own value lies outside. */
export function endsOf(parameter: Uncertainty, value: number): [number, number] {
  const [low, high] = statedEnds(parameter, value);
  return 'factors' in parameter.ends ? [low, high] : [Math.min(value, low), Math.max(value, high)];
}

const statedEnds = ({ ends }: Uncertainty, value: number): readonly [number, number] =>
  'factors' in ends ? [value * ends.factors[0], value * ends.factors[1]] : ends.values;

/** The scenario's own value lies outside of the parameter's stated range. */
export interface Beyond {
  side: 'below' | 'above';
  /** Ends of the range. */
  low: number;
  high: number;
  /** The range is relative: the value is a datasheet's, and the range is what of that is reached, whoever wrote it down. */
  nameplate: boolean;
}

export function beyondOf(parameter: Uncertainty, value: number): Beyond | null {
  const [low, high] = statedEnds(parameter, value);
  if (value >= low && value <= high) return null;
  return { side: value < low ? 'below' : 'above', low, high, nameplate: 'factors' in parameter.ends };
}
