/**
 * What a step of a replica costs, as the engine reads it.
 *
 * Unit: the tick, 1/64 ps, always an integer, so that a sum of steps is exact in any grouping below 2^53 ticks (140 s) and
 * the closed form of a run of decode steps equals the step-by-step sum. Coefficients are rounded to ticks once, here.
 *
 *   decode or mixed step = base[tokens] + requestTicks·requests + attendedTicks·attended + windowedTicks·windowed
 *                        + promptTicks·(prompts begun) + Σ prefillAttention(chunk, context) + lora(batch, tokens)
 *
 * and no less than beside.step[tokens] + beside.requestTicks·requests, the host's work that runs beside the device.
 *
 * requests: decoding requests and prompts that have a chunk in the step; attended: KV tokens read by the decoding requests in full-attention layers (each context length, the new token included);
 * windowed: the same with each context cut at `window`.
 */
export const TICKS_PER_NS = 64_000;
export const TICKS_PER_SECOND = 64_000 * 1e9;

/** Names of the parts a step's cost divides into, in the order of every parts array. */
export const COST_PARTS = ['base', 'attention', 'lora', 'collective', 'launch', 'stall'] as const;
export type CostPart = (typeof COST_PARTS)[number];

/** The LoRA features of one step; the engine keeps these as running sums and reuses one object. */
export interface LoraBatch {
  /** Tokens that belong to a request with an adapter. */
  tokens: number;
  /** Distinct adapters in the step, and by rank class. */
  distinct: number;
  distinctByClass: Int32Array;
  tokensByClass: Int32Array;
  /** Largest rank present; 0 where there is none. */
  maxRank: number;
}

/** Host work that runs beside the device: a step takes no less. */
export interface BesideHost {
  /** step[n]: over n tokens, whoever they are of. */
  readonly step: Float64Array;
  readonly requestTicks: number;
}

export interface StepCost {
  /** base[n]: a step over n tokens (0 … max_batch_tokens), without attention over the KV cache and without LoRA. */
  readonly base: Float64Array;
  /** Of base[n], how much is collective communication and launch overhead (the rest is `base`). */
  readonly collective: Float64Array;
  readonly launch: Float64Array;
  /** Host work for each request of a step. */
  readonly requestTicks: number;
  /** Host work for each prompt whose first chunk is in the step; that of a preempted request is begun anew. */
  readonly promptTicks: number;
  /** Null: the device waits for all host work. */
  readonly beside: BesideHost | null;
  readonly attendedTicks: number;
  readonly windowedTicks: number;
  /** Attention window in tokens; Infinity where there is none. */
  readonly window: number;
  /** Attention of a prefill chunk whose first token sees `context` earlier tokens. */
  prefillAttention(chunk: number, context: number): number;
  /** The LoRA part of a step over `stepTokens` tokens, those without an adapter included. */
  lora(batch: LoraBatch, stepTokens: number): number;
}

/** How a replica's GPU memory is divided. All per replica (summed over its GPUs), bytes unless said. */
export interface MemoryPlan {
  gpuBytes: number;
  weightBytes: number;
  activationBytes: number;
  slotBytes: number;
  slots: number;
  kvBytesPerToken: number;
  kvBlocks: number;
  /** Bytes of one KV block; with a unified pool an adapter of rank class c takes adapterBlocks[c] blocks. */
  blockBytes: number;
  adapterBlocks: number[];
}
