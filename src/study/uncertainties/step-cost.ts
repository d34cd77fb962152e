/** What is uncertain in the time of a step: parameters of the cost model. */
import type { EngineCalibration } from '../../scenario/engine-calibration.ts';
import type { Choice } from '../../scenario/family.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { ESTIMATE, numeric, several, type Uncertainty, withParam } from './uncertainty.ts';

const AICONFIGURATOR = 'ai-dynamo/aiconfigurator@095f58a, silicon_sample.csv';
const AGULLO = 'Agullo et al., arXiv 2508.08343';

/** A parameter of the cost model; null where the model in use has no such parameter, or does without it (0). */
function cost(
  key: string,
  label: string,
  unit: string,
  range: readonly [number, number] | Uncertainty['ends'],
  source: string,
): Uncertainty {
  return {
    key,
    label,
    unit,
    ends: 'length' in range ? { values: range } : range,
    source,
    read: ({ serving }) => numeric(costParam(serving.cost, key)),
    write: (scenario, value) =>
      // What a calibration says is not written down beside it.
      costParam(scenario.serving.cost, key) === value ? scenario : withCost(scenario, key, value),
  };
}

const withCost = (scenario: Scenario, key: string, value: number): Scenario => ({
  ...scenario,
  serving: { ...scenario.serving, cost: withParam(scenario.serving.cost, key, value) },
});

/** What is written in the scenario, else what the calibration of an engine says, which a written value replaces. */
const costParam = ({ params }: Choice, key: string): unknown =>
  params[key] ?? (params.data as Partial<EngineCalibration> | null | undefined)?.parameters?.[key];

/** Of mechanisms that only some engines have, one fit is known: half of it to twice. */
const ONE_FIT = { factors: [0.5, 2] } as const;
const oneFit = (engine: string): string => `${ESTIMATE}: a factor of two around one fit (${engine})`;

/** Parameters of grouped products over experts, where the base has any: a calibration's or the scenario's. */
function experts(
  key: 'expert_efficiency' | 'expert_bandwidth',
  label: string,
  values: readonly [number, number],
  source: string,
): Uncertainty {
  const read = (scenario: Scenario): number | null => {
    if (scenario.base.moe === null) return null;
    const { cost: choice } = scenario.serving;
    return numeric(costParam(choice, key) ?? costParam(choice, 'expert_efficiency'));
  };
  return {
    ...{ key, label, unit: '%', ends: { values }, source, read },
    write: (scenario, value) => {
      if (read(scenario) === value) return scenario;
      const { serving } = scenario;
      // Bandwidth that is not given follows efficiency: it stays where it is, so that one parameter moves at a time.
      const bandwidth = costParam(serving.cost, 'expert_bandwidth') ?? costParam(serving.cost, 'expert_efficiency');
      const pinned = withParam(serving.cost, 'expert_bandwidth', bandwidth);
      return { ...scenario, serving: { ...serving, cost: withParam(pinned, key, value) } };
    },
  };
}

const NARROW: readonly string[] = ['fp8', 'fp4'];
/** Of calibrations that ship with mint-bench; `reproduce` prints them. */
const CALIBRATIONS = 'calibrations of scenarios/published/engines';

export const STEP_COST: readonly Uncertainty[] = [
  cost(
    'memory_efficiency',
    'memory bandwidth',
    '%',
    [0.65, 0.92],
    `low: weights over TPOT of Llama-3.1-70B FP8 on one H200 at batch 4 to 8, all overheads in it: 0.65 to 0.73 (${AICONFIGURATOR}); high: large device copies`,
  ),
  cost(
    'flops_efficiency',
    'matrix FLOP/s',
    '%',
    [0.5, 0.8],
    `low: whole prefill of 4 × 8,192 tokens, Llama-3.1-70B FP8 on one H200, attention in it: 0.50 (${AICONFIGURATOR}); high: cuBLAS at large sizes`,
  ),
  {
    ...cost(
      'fp8_efficiency',
      'FP8 FLOP/s',
      '%',
      [0.31, 1],
      `low: ${ESTIMATE}, half of the fitted 0.62 (TensorRT-LLM 1.0; ${CALIBRATIONS}); high: ${ESTIMATE}, quantising costs nothing`,
    ),
    read: ({ base, serving }) =>
      NARROW.includes(base.weight_dtype) ? numeric(costParam(serving.cost, 'fp8_efficiency')) : null,
  },
  {
    ...cost(
      'fp8_bandwidth',
      'FP8 bandwidth',
      '%',
      [0.82, 1],
      `low: ${ESTIMATE}, as no fit identifies it; high: ${ESTIMATE}, that of 16 bits`,
    ),
    read: ({ base, serving }) =>
      NARROW.includes(base.weight_dtype) ? numeric(costParam(serving.cost, 'fp8_bandwidth')) : null,
  },
  experts('expert_efficiency', 'FLOP/s of experts', [0.44, 0.68], `${ESTIMATE}: no fit identifies it`),
  experts('expert_bandwidth', 'bandwidth of experts', [0.4, 0.71], `${ESTIMATE}: no fit identifies it`),
  cost('attention_efficiency', 'attention FLOP/s', '%', [0.35, 0.75], 'FlashAttention-2 and -3 on H100'),
  cost(
    'step_overhead',
    'host time per step',
    's',
    [0.2e-3, 4e-3],
    `high: what a step of Llama-3.1-8B on H100 takes beyond its weights, vLLM 0.8.5 (${AGULLO}: 10.54 ms at no requests); low: schedulers that overlap it`,
  ),
  {
    ...cost(
      'request_overhead',
      'host time per request',
      's',
      [19e-6, 68e-6],
      `four fits, 19 µs of TensorRT-LLM 1.0 to 68 µs of vLLM 0.5 (${CALIBRATIONS}); 0 counts it in each step`,
    ),
    // The roofline's own value is 0, which no engine was found to have.
    read: ({ serving }) => {
      const value = costParam(serving.cost, 'request_overhead');
      return typeof value === 'number' ? value : null;
    },
  },
  cost(
    'prompt_overhead',
    'host time per prompt',
    's',
    ONE_FIT,
    oneFit('vLLM 0.5, whose thread of steps prepares prompts'),
  ),
  cost(
    'host_launch',
    'launch beside device',
    's',
    ONE_FIT,
    `${ESTIMATE}: a factor of two around fits of 0.66 ms (TensorRT-LLM 1.0) and 0.89 ms (Punica)`,
  ),
  cost('collective_skew', 'spread of launches', 's', ONE_FIT, `${ESTIMATE}: a factor of two, as no fit identifies it`),
  cost('kernel_gap', 'gap between kernels', 's', [0.5e-6, 2e-6], `${ESTIMATE}: captured graphs, a factor of two`),
  {
    ...cost(
      'collective_base',
      'collective latency',
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
    'step time per request',
    's',
    [36e-6, 52e-6],
    `${AGULLO}: its twin is 18.6% off in inter-token latency`,
  ),
  cost(
    'lora_factor_per_adapter',
    'step time per adapter',
    '×',
    [0.0167, 0.0193],
    `${AGULLO}: fits of Qwen2.5-7B and Llama-3.1-8B`,
  ),
  cost(
    'lora_efficiency',
    'LoRA bandwidth',
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
    'LoRA time per adapter',
    's',
    [0.1e-6, 1.25e-6],
    'Punica Figs. 8 and 9, A100: 1.25 and 0.36 µs; low: estimate',
  ),
  cost('lora_token', 'LoRA time per token', 's', ONE_FIT, oneFit('vLLM 0.5, BGMV')),
  cost('lora_block', 'time per LoRA block', 's', ONE_FIT, oneFit('vLLM 0.5, BGMV')),
  cost(
    'lora_constant',
    'LoRA time per step',
    's',
    ONE_FIT,
    `${ESTIMATE}: a factor of two around the 12 ms that was set for dLoRA`,
  ),
];
