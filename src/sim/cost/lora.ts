/**
 * The LoRA part of a step: bytes of the distinct adapters against memory bandwidth, FLOPs of the tokens against compute,
 * and what each launched operator costs whatever it does.
 *
 *   constant + factor·base[tokens] + operators·(operator + adapter·distinct + token·tokens + tokenRank·Σ ranks of tokens) + max(bytes/bandwidth, FLOPs/rate)
 *   + operators·rank·block·(tokens of the step) + slotBlock·(slots without a request)·(blocks of a slot)
 *
 * The one but last is of kernels that launch a thread block for every token and rank of a slot, and leave those of requests without an adapter
 * at once: it is there where nobody has one. The last: see slot-blocks.ts.
 * The kernel's rank rule says which rank an adapter costs (CaraServe, arXiv 2401.11240, for max and mean; vLLM pads to the
 * deployment's largest rank; S-LoRA's MBGMV and paged pools compute what is there). Expert LoRA reads an adapter's factors
 * only for the experts its own tokens were routed to: E·(1 − (1 − k/E)^τ) of E for τ tokens.
 */
import { adapterGpuDtypeBytes, adapterShape, RANK_PAGE, rankClasses } from '../../scenario/geometry.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { SlotBlocks } from './slot-blocks.ts';
import { type LoraBatch, TICKS_PER_SECOND } from './step-cost.ts';

/**
 * `padded`: every adapter costs the largest rank of the deployment; `max`: the largest rank in the batch; `mean`: its own
 * rank, so the sum follows the batch's mean; `paged`: its own rank in whole pages of 8.
 */
export const RANK_RULES = ['padded', 'max', 'mean', 'paged'] as const;
export type RankRule = (typeof RANK_RULES)[number];

/** In seconds, bytes/s and FLOP/s, for one GPU. */
export interface LoraRates {
  rule: RankRule;
  /** Each step with an adapter in it: in seconds, and as a share of base[tokens of adapters]. */
  constant: number;
  factor: number;
  /** Added share of base[tokens] for each distinct adapter (measured multipliers of whole engines). */
  factorPerAdapter: number;
  /** Each fused operator (shrink and expand), and each distinct adapter in it. */
  operator: number;
  adapter: number;
  /** Each token with an adapter, in each fused operator; and each token of the step and rank of a slot. Left out: nothing. */
  token?: number;
  /** Each token with an adapter and rank of it, in each fused operator: kernels that read an adapter's factors anew for every token (MBGMV). */
  tokenRank?: number;
  block?: number;
  /** Each thread block that a slot without a request launches. Left out: nothing. */
  slotBlock?: number;
  bytesPerSecond: number;
  flopsPerSecond: number;
}

export class LoraPart {
  private readonly ranks: Float64Array;
  private readonly followsBatchMax: boolean;
  private readonly constant: number;
  private readonly factor: number;
  private readonly factorPerAdapter: number;
  private readonly adapter: number;
  private readonly token: number;
  private readonly tokenRank: number;
  private readonly block: number;
  private readonly slotBlock: number;
  private readonly slots: number;
  private readonly slotBlocks: SlotBlocks | null;
  /** Ticks of reading one rank of one adapter's dense modules, and of all its experts. */
  private readonly denseRank: number;
  private readonly expertRank: number;
  /** (1 − k/E): a token leaves an expert untouched with this probability. */
  private readonly untouched: number;
  /** Ticks of one token's x and y, and of its multiply-adds for each rank. */
  private readonly tokenBytes: number;
  private readonly tokenRankFlops: number;

  constructor(scenario: Scenario, rates: LoraRates) {
    const { base, adapter, hardware } = scenario;
    const { tensor, pipeline } = hardware.parallel;
    const shape = adapterShape(base, adapter.modules);
    const ranks = rankClasses(scenario);
    const slotRank = Math.max(ranks[ranks.length - 1], scenario.serving.slot_rank ?? 0);
    const effective = ranks.map((rank) => {
      if (rates.rule === 'padded') return slotRank;
      return rates.rule === 'paged' ? Math.ceil(rank / RANK_PAGE) * RANK_PAGE : rank;
    });
    this.ranks = Float64Array.from(effective);
    this.followsBatchMax = rates.rule === 'max';
    const perByte = TICKS_PER_SECOND / rates.bytesPerSecond;
    const perFlop = TICKS_PER_SECOND / rates.flopsPerSecond;
    // Both factors are split over the tensor-parallel ranks; micro-batches of a pipeline share the rest (see roofline.ts).
    const share = 1 / (tensor * pipeline);
    const bytes = adapterGpuDtypeBytes(adapter);
    const dense = shape.parametersPerRank - shape.expertParametersPerRank;
    const used = base.moe === null ? 0 : base.moe.top_k / base.moe.experts;
    this.denseRank = dense * bytes * share * perByte;
    this.expertRank = shape.expertParametersPerRank * bytes * share * perByte;
    this.untouched = 1 - used;
    this.tokenBytes = shape.activationsPerToken * 2 * share * perByte;
    this.tokenRankFlops = 2 * (dense + shape.expertParametersPerRank * used) * share * perFlop;
    this.constant = (rates.constant + shape.operators * rates.operator) * TICKS_PER_SECOND;
    this.adapter = (shape.operators * rates.adapter * TICKS_PER_SECOND) / pipeline;
    this.token = (shape.operators * (rates.token ?? 0) * TICKS_PER_SECOND) / pipeline;
    this.tokenRank = (shape.operators * (rates.tokenRank ?? 0) * TICKS_PER_SECOND) / pipeline;
    this.block = (shape.operators * slotRank * (rates.block ?? 0) * TICKS_PER_SECOND) / pipeline;
    this.slotBlock = ((rates.slotBlock ?? 0) * TICKS_PER_SECOND) / pipeline;
    this.slots = scenario.serving.slots;
    this.slotBlocks = this.slotBlock === 0 ? null : new SlotBlocks(scenario, slotRank);
    this.factor = rates.factor;
    this.factorPerAdapter = rates.factorPerAdapter;
  }

  /** Ticks of one step over `stepTokens` tokens, an integer. `base` is the step table that the factors refer to. */
  cost(batch: LoraBatch, base: Float64Array, stepTokens: number = batch.tokens): number {
    const tokens = batch.tokens;
    if (tokens === 0) return Math.round(this.block * stepTokens);
    let read = tokens * this.tokenBytes;
    let compute = 0;
    let anew = 0;
    const ranks = this.ranks;
    for (let c = 0; c < ranks.length; c++) {
      const distinct = batch.distinctByClass[c];
      if (distinct === 0) continue;
      const classTokens = batch.tokensByClass[c];
      const rank = this.followsBatchMax ? batch.maxRank : ranks[c];
      const touched = this.expertRank === 0 ? 0 : 1 - this.untouched ** (classTokens / distinct);
      read += distinct * rank * (this.denseRank + this.expertRank * touched);
      compute += classTokens * rank * this.tokenRankFlops;
      anew += classTokens * rank;
    }
    const share = this.factor + this.factorPerAdapter * batch.distinct;
    const { slotBlocks } = this;
    const idle =
      slotBlocks === null ? 0 : (this.slots - batch.distinct) * slotBlocks.count(stepTokens) * this.slotBlock;
    return Math.round(
      this.constant +
        this.adapter * batch.distinct +
        this.token * tokens +
        this.tokenRank * anew +
        this.block * stepTokens +
        idle +
        Math.max(read, compute) +
        (share === 0 ? 0 : share * base[tokens]),
    );
  }
}
