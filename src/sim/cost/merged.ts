/**
 * One adapter merged into the base's weights: a step costs what the base costs, and changing the adapter costs moving the adapted
 * weights. PEFT's merge_adapter computes B·A (written and read again) and adds it to the weights (read and written); taking it
 * out does the same with a minus sign. Every GPU merges its own shard.
 */
import { linears, weightBytes } from '../../scenario/geometry.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { BesideHost, StepCost } from './step-cost.ts';

/** Seconds of merging one adapter, or of taking it out. 0 where merging is off. */
export function mergeSeconds(scenario: Scenario): number {
  const { merge } = scenario.serving;
  if (merge === undefined) return 0;
  const { base, adapter, hardware } = scenario;
  const { tensor, pipeline } = hardware.parallel;
  const adapted = linears(base).filter((linear) => adapter.modules.includes(linear.module));
  const bytes = adapted.reduce(
    (sum, linear) => sum + linear.in * linear.out * linear.layers * linear.copies * weightBytes(base, linear),
    0,
  );
  const rate = hardware.gpu.memory_bandwidth * merge.memory_efficiency * tensor * pipeline;
  return (bytes * merge.passes) / rate;
}

/** A step cost without a LoRA part. */
export class MergedCost implements StepCost {
  readonly base: Float64Array;
  readonly collective: Float64Array;
  readonly launch: Float64Array;
  readonly requestTicks: number;
  readonly promptTicks: number;
  readonly beside: BesideHost | null;
  readonly attendedTicks: number;
  readonly windowedTicks: number;
  readonly window: number;
  private readonly apart: StepCost;

  constructor(apart: StepCost) {
    this.base = apart.base;
    this.collective = apart.collective;
    this.launch = apart.launch;
    this.requestTicks = apart.requestTicks;
    this.promptTicks = apart.promptTicks;
    this.beside = apart.beside;
    this.attendedTicks = apart.attendedTicks;
    this.windowedTicks = apart.windowedTicks;
    this.window = apart.window;
    this.apart = apart;
  }

  prefillAttention(chunk: number, context: number): number {
    return this.apart.prefillAttention(chunk, context);
  }

  lora(): number {
    return 0;
  }
}
