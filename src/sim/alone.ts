/**
 * The reference for slowdowns: a request's end-to-end time on an empty replica with its adapter host-warm, that is one copy
 * to the GPU, its prefill in chunks of the token budget, and a decode run of batch size 1. Where adapters are merged into the
 * weights it is merged first, and steps cost what the base costs.
 */
import type { LoraBatch, StepCost } from './cost/step-cost.ts';
import { TICKS_PER_NS } from './cost/step-cost.ts';

class SingleAdapter implements LoraBatch {
  tokens = 0;
  distinct = 0;
  maxRank = 0;
  readonly distinctByClass: Int32Array;
  readonly tokensByClass: Int32Array;

  constructor(classes: number) {
    this.distinctByClass = new Int32Array(classes);
    this.tokensByClass = new Int32Array(classes);
  }
}

export class AloneTime {
  private readonly cost: StepCost;
  private readonly bare: StepCost;
  private readonly maxBatchTokens: number;
  private readonly ranks: readonly number[];
  /** Copying the adapter, and merging it, by rank class. */
  private readonly readyNs: Float64Array;
  private readonly batch: SingleAdapter;
  /** LoRA part of a decode step of one request, by rank class, and without an adapter. */
  private readonly decodeLora: Float64Array;
  private readonly decodeBase: number;

  /**
   * @param cost of a request with an adapter
   * @param bare of one without: where adapters are merged by turns nothing is merged for it, and kernels run that find no adapter
   * @param mergeNs merging one adapter; 0: `cost` has a LoRA part instead
   */
  constructor(
    cost: StepCost,
    bare: StepCost,
    maxBatchTokens: number,
    ranks: readonly number[],
    copyNs: Float64Array,
    mergeNs: number,
  ) {
    this.cost = cost;
    this.bare = bare;
    this.maxBatchTokens = maxBatchTokens;
    this.ranks = ranks;
    this.readyNs = copyNs.map((ns) => ns + mergeNs);
    this.batch = new SingleAdapter(ranks.length);
    this.decodeLora = new Float64Array(ranks.length);
    for (let rankClass = 0; rankClass < ranks.length; rankClass++) this.decodeLora[rankClass] = this.lora(rankClass, 1);
    this.decodeBase = bare.lora(this.batch, 1);
  }

  /** ns; `rankClass` −1: no adapter. */
  ns(promptTokens: number, outputTokens: number, rankClass: number): number {
    const { cost } = this;
    let ticks = 0;
    for (let context = 0; context < promptTokens; context += this.maxBatchTokens) {
      const chunk = Math.min(this.maxBatchTokens, promptTokens - context);
      const begun = context === 0 ? cost.promptTicks : 0;
      const device =
        cost.base[chunk] +
        cost.requestTicks +
        begun +
        cost.prefillAttention(chunk, context) +
        this.lora(rankClass, chunk);
      ticks += Math.max(device, this.beside(chunk));
    }
    const steps = outputTokens - 1;
    const first = promptTokens + 1;
    const fixed = cost.base[1] + cost.requestTicks + (rankClass < 0 ? this.decodeBase : this.decodeLora[rankClass]);
    // Until the window is full a step grows by both kinds of layers, then by those without one.
    const growing = cost.windowedTicks > 0 ? Math.max(0, Math.min(steps, cost.window - first)) : 0;
    const { attendedTicks, windowedTicks } = cost;
    ticks += this.decodeTicks(growing, fixed + (attendedTicks + windowedTicks) * first, attendedTicks + windowedTicks);
    const seen = windowedTicks > 0 ? windowedTicks * cost.window : 0;
    ticks += this.decodeTicks(steps - growing, fixed + attendedTicks * (first + growing) + seen, attendedTicks);
    return (rankClass < 0 ? 0 : this.readyNs[rankClass]) + Math.floor(ticks / TICKS_PER_NS);
  }

  /** Steps that cost the device first, first + growth, …; none takes less than the host's work beside it. */
  private decodeTicks(steps: number, first: number, growth: number): number {
    const least = this.beside(1);
    const waiting = first >= least ? 0 : growth === 0 ? steps : Math.min(steps, Math.ceil((least - first) / growth));
    const rest = steps - waiting;
    return waiting * least + rest * (first + growth * waiting) + (growth * rest * (rest - 1)) / 2;
  }

  /** Host work beside a step of one request, ticks. */
  private beside(tokens: number): number {
    const { beside } = this.cost;
    return beside === null ? 0 : beside.step[tokens] + beside.requestTicks;
  }

  private lora(rankClass: number, tokens: number): number {
    const { batch } = this;
    if (rankClass < 0) return this.bare.lora(batch, tokens);
    batch.tokens = tokens;
    batch.distinct = 1;
    batch.maxRank = this.ranks[rankClass];
    batch.tokensByClass[rankClass] = tokens;
    batch.distinctByClass[rankClass] = 1;
    const ticks = this.cost.lora(batch, tokens);
    batch.tokens = 0;
    batch.distinct = 0;
    batch.maxRank = 0;
    batch.tokensByClass[rankClass] = 0;
    batch.distinctByClass[rankClass] = 0;
    return ticks;
  }
}
