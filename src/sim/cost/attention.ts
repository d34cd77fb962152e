/**
 * Attention over the KV cache, per token, on one GPU of a replica.
 *
 * Decode reads each attended token's K and V once (grouped-query: split over ranks down to one head each; latent attention:
 * the whole latent on every rank, with the weight-absorbed products of DeepSeek-V2, arXiv 2405.04434). Prefill computes
 * every (query, key) pair; under latent attention earlier tokens are expanded to full heads once a chunk.
 */
import { kvBytesPerTokenLayerRank } from '../../scenario/geometry.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { BaseParams } from './base-params.ts';
import { peakFlops } from './device.ts';
import { TICKS_PER_SECOND } from './step-cost.ts';
import { type PrefillAttention, ticks } from './tabulated.ts';

export function attentionRates(params: BaseParams, scenario: Scenario) {
  const { base, hardware } = scenario;
  const { tensor, pipeline } = hardware.parallel;
  const bandwidth = hardware.gpu.memory_bandwidth * params.memory_efficiency;
  const flops = peakFlops(hardware.gpu, 'bf16') * params.attention_efficiency;
  const heads = base.heads / tensor;
  const { mla } = base;
  // FLOPs of one query token and one key token in one layer: scores and weighted values.
  const decodeFlops = heads * (mla === null ? 4 * base.head_dim : 2 * (mla.kv_lora + mla.rope_dim) + 2 * mla.kv_lora);
  const prefillFlops = heads * (mla === null ? 4 * base.head_dim : 2 * (mla.nope_dim + mla.rope_dim) + 2 * mla.v_dim);
  const expandFlops = mla === null ? 0 : 2 * mla.kv_lora * heads * (mla.nope_dim + mla.v_dim);
  const readSeconds = kvBytesPerTokenLayerRank(base, tensor) / bandwidth;
  const decodeSeconds = Math.max(readSeconds, decodeFlops / flops);

  const windowedLayers = base.window === null ? 0 : base.window.layers;
  const fullLayers = base.layers - windowedLayers;
  // The micro-batches of a pipeline share the attended tokens evenly.
  const prefill = (layers: number): PrefillAttention => ({
    pair: ((layers * prefillFlops) / flops / pipeline) * TICKS_PER_SECOND,
    read: ((layers * readSeconds) / pipeline) * TICKS_PER_SECOND,
    expand: ((layers * expandFlops) / flops / pipeline) * TICKS_PER_SECOND,
  });
  return {
    attendedTicks: ticks((fullLayers * decodeSeconds) / pipeline),
    windowedTicks: ticks((windowedLayers * decodeSeconds) / pipeline),
    window: base.window === null ? Number.POSITIVE_INFINITY : base.window.tokens,
    full: prefill(fullLayers),
    windowed: prefill(windowedLayers),
  };
}
