/**
 * Roofline cost model: each operator takes the longer of its FLOPs at peak rate and its bytes at memory bandwidth, both
 * times an efficiency (Williams, Waterman, Patterson, CACM 52(4), 2009). Tabulated over the tokens of a step.
 *
 * One replica is tensor × pipeline GPUs. Tensor parallelism splits every operator and adds all-reduces. Expert parallelism
 * deals the experts out over `expert` ranks of each stage; the busiest rank sets the time. A pipeline keeps one micro-batch
 * in each stage: a step over n tokens is the latency of n/stages tokens through all stages, which gives the throughput of
 * full stages and the latency of a filled pipeline; bubbles from uneven micro-batches are left out.
 *
 * Left out: norms, activations and rotary embeddings (memory-bound and fused), tile and wave quantisation, sparse
 * attention's indexer.
 */
import * as z from 'zod';
import type { Scenario } from '../../scenario/scenario.ts';
import { duration, fraction, number } from '../../scenario/units.ts';
import { attentionRates } from './attention.ts';
import { type BaseParams, baseParams } from './base-params.ts';
import type { Fabric } from './collectives.ts';
import { peakFlops } from './device.ts';
import type { CostEntry } from './entry.ts';
import { LoraPart, RANK_RULES, type RankRule } from './lora.ts';
import { baseTables, besideHost } from './operators.ts';
import { TabulatedStepCost, ticks } from './tabulated.ts';

export const roofParams = z.strictObject({
  ...baseParams,
  lora: z.boolean().default(true).describe('Whether adapters cost a step anything; false: as if no request had one'),
  lora_kernel: z
    .enum(['layout', ...RANK_RULES])
    .default('layout')
    .describe(
      'Rank an adapter costs: padded, max, mean, paged; layout: paged where adapter.layout is paged-rank, else padded',
    ),
  lora_operator: duration()
    .default(10e-6)
    .describe('Seconds of each fused LoRA operator at no work (SGLang csgmv under a graph on H200: 9 to 13 us)'),
  lora_adapter: duration()
    .default(0.3e-6)
    .describe('Seconds each distinct adapter adds to each operator (Punica Fig. 9, A100: 0.36 us)'),
  lora_token: duration()
    .default(0)
    .describe(
      'Seconds each token with an adapter adds to each operator, whatever the rank (kernels for one token at a time, as BGMV)',
    ),
  lora_token_rank: duration()
    .default(0)
    .describe(
      "Seconds each token with an adapter adds to each operator for every rank of it (kernels that read an adapter's factors anew for each token, as S-LoRA's MBGMV)",
    ),
  lora_block: duration()
    .default(0)
    .describe(
      'Seconds of a thread block, one for each token of the step, rank of a slot and operator, with an adapter or without (vLLM 0.5)',
    ),
  lora_slot_block: duration()
    .optional()
    .describe(
      'Seconds of a thread block that a reserved slot without a request launches and leaves at once (vLLM 0.8); default: 0',
    ),
  lora_efficiency: fraction({ above: 0 })
    .default(0.6)
    .describe('Share of peak memory bandwidth that LoRA operators reach (Punica Fig. 9: 0.63)'),
  lora_constant: duration().default(0).describe('Seconds added to each step that has an adapter in it'),
  lora_factor: number().default(0).describe('Share of the base step added to each step that has an adapter in it'),
});
export type RooflineParams = z.infer<typeof roofParams>;

export function fabricOf(params: BaseParams, scenario: Scenario): Fabric {
  const { gpu, gpus_per_node } = scenario.hardware;
  return {
    gpusPerNode: gpus_per_node,
    intraBandwidth: gpu.intra_node_bandwidth,
    interBandwidth: gpu.inter_node_bandwidth,
    base: params.collective_base,
    intraHop: params.intra_node_hop,
    interHop: params.inter_node_hop,
  };
}

/** The rank rule that follows from how adapters lie in memory. */
export function layoutRule(scenario: Scenario): RankRule {
  return scenario.adapter.layout === 'paged-rank' ? 'paged' : 'padded';
}

/** Adapters that cost nothing; blocks are launched nevertheless. */
const FREE = {
  rule: 'mean',
  constant: 0,
  factor: 0,
  factorPerAdapter: 0,
  operator: 0,
  adapter: 0,
  bytesPerSecond: Number.POSITIVE_INFINITY,
  flopsPerSecond: Number.POSITIVE_INFINITY,
} as const;

/** A step cost with the roofline's base and attention and any LoRA part. */
export function rooflineWith(params: BaseParams, scenario: Scenario, lora: LoraPart): TabulatedStepCost {
  return new TabulatedStepCost({
    ...baseTables(params, scenario, fabricOf(params, scenario)),
    ...attentionRates(params, scenario),
    requestTicks: ticks(params.request_overhead),
    promptTicks: ticks(params.prompt_overhead),
    beside: besideHost(params, scenario),
    lora,
  });
}

export const roofline: CostEntry<RooflineParams> = {
  summary: 'Each operator at the longer of its FLOPs and its bytes, from the dimensions of base and GPU',
  source: 'Williams et al., CACM 52(4), 2009',
  params: roofParams,
  create(params, scenario) {
    const { gpu } = scenario.hardware;
    if (!params.lora)
      return rooflineWith(params, scenario, new LoraPart(scenario, { ...FREE, block: params.lora_block }));
    const lora = new LoraPart(scenario, {
      rule: params.lora_kernel === 'layout' ? layoutRule(scenario) : params.lora_kernel,
      constant: params.lora_constant,
      factor: params.lora_factor,
      factorPerAdapter: 0,
      operator: params.lora_operator,
      adapter: params.lora_adapter,
      token: params.lora_token,
      tokenRank: params.lora_token_rank,
      block: params.lora_block,
      slotBlock: params.lora_slot_block,
      bytesPerSecond: gpu.memory_bandwidth * params.lora_efficiency,
      flopsPerSecond: peakFlops(gpu, 'bf16') * params.flops_efficiency,
    });
    return rooflineWith(params, scenario, lora);
  },
};
