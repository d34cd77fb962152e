/**
 * The step cost every model here ends up as: a table over tokens, linear attention coefficients and a LoRA part.
 * Models compute seconds; `ticks` rounds each coefficient once. All calls are O(1) (lora: O(rank classes)), no allocation.
 */
import type { LoraPart } from './lora.ts';
import { type BesideHost, type LoraBatch, type StepCost, TICKS_PER_SECOND } from './step-cost.ts';

export const ticks = (seconds: number): number => Math.round(seconds * TICKS_PER_SECOND);

/** Attention of prefill chunks, in ticks, for one kind of layers (all layers of the kind together). */
export interface PrefillAttention {
  /** Each (query, key) pair computed. */
  pair: number;
  /** Each token whose K and V are read. The larger of the sums over pairs and over reads counts. */
  read: number;
  /** Each earlier token whose latent is expanded again (MLA), on top. */
  expand: number;
}

export interface Tabulated {
  base: Float64Array;
  collective: Float64Array;
  launch: Float64Array;
  /** Of each request of a step; left out: none. */
  requestTicks?: number;
  /** Of each prompt that is begun; left out: none. */
  promptTicks?: number;
  /** Left out: none. */
  beside?: BesideHost | null;
  attendedTicks: number;
  windowedTicks: number;
  window: number;
  full: PrefillAttention;
  windowed: PrefillAttention;
  lora: LoraPart;
}

export class TabulatedStepCost implements StepCost {
  readonly base: Float64Array;
  readonly collective: Float64Array;
  readonly launch: Float64Array;
  readonly requestTicks: number;
  readonly promptTicks: number;
  readonly beside: BesideHost | null;
  readonly attendedTicks: number;
  readonly windowedTicks: number;
  readonly window: number;
  private readonly full: PrefillAttention;
  private readonly windowed: PrefillAttention;
  private readonly loraPart: LoraPart;

  constructor(parts: Tabulated) {
    this.base = parts.base;
    this.collective = parts.collective;
    this.launch = parts.launch;
    this.requestTicks = parts.requestTicks ?? 0;
    this.promptTicks = parts.promptTicks ?? 0;
    this.beside = parts.beside ?? null;
    this.attendedTicks = parts.attendedTicks;
    this.windowedTicks = parts.windowedTicks;
    this.window = parts.window;
    this.full = parts.full;
    this.windowed = parts.windowed;
    this.loraPart = parts.lora;
  }

  prefillAttention(chunk: number, context: number): number {
    const all = chunk * context + (chunk * (chunk + 1)) / 2;
    const full = this.full;
    let sum = Math.max(all * full.pair, (context + chunk) * full.read) + context * full.expand;
    const window = this.window;
    if (window !== Number.POSITIVE_INFINITY) {
      // Query i of the chunk sees min(context + i, window) tokens; `ramp` queries see less than a full window.
      const ramp = Math.min(chunk, Math.max(0, window - context));
      const pairs = ramp * context + (ramp * (ramp + 1)) / 2 + (chunk - ramp) * window;
      const seen = Math.min(context, window);
      const part = this.windowed;
      sum += Math.max(pairs * part.pair, (seen + chunk) * part.read) + seen * part.expand;
    }
    return Math.round(sum);
  }

  lora(batch: LoraBatch, stepTokens: number): number {
    return this.loraPart.cost(batch, this.base, stepTokens);
  }
}
