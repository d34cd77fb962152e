/**
 * Thread blocks that slots without a request launch: kernels whose grid has a layer for every slot that is reserved, as captured graphs
 * need it, and whose blocks look up their slot and leave where nobody uses it.
 *
 * Grids and tiles as vLLM v0.8.5 has them (vllm/lora/ops/triton_ops/lora_shrink_op.py, lora_expand_op.py, utils.py): shrink
 * has ⌈M/32⌉·⌈rank/16⌉ tiles for each matrix, each in 64 parts (8 from 128 tokens on); expand ⌈M/64⌉·⌈widest/128⌉, the widest
 * matrix of a fused operator setting the width of all. M counts every token of the step.
 */
import { type Linear, linears, type OperatorKind } from '../../scenario/geometry.ts';
import type { Scenario } from '../../scenario/scenario.ts';

export class SlotBlocks {
  private readonly shrink: number;
  private readonly expand: number;

  /** @param rank of a slot */
  constructor(scenario: Scenario, rank: number) {
    const { base, adapter, hardware } = scenario;
    const wanted = new Set(adapter.modules);
    const fused = new Map<OperatorKind, Linear[]>();
    for (const linear of linears(base)) {
      if (!wanted.has(linear.module) || linear.module === 'experts') continue;
      fused.set(linear.operator, [...(fused.get(linear.operator) ?? []), linear]);
    }
    let shrink = 0;
    let expand = 0;
    for (const matrices of fused.values()) {
      const launched = matrices.reduce((sum, { layers, copies }) => sum + layers * copies, 0);
      const widest = Math.max(...matrices.map(({ out }) => out)) / hardware.parallel.tensor;
      shrink += launched * Math.ceil(rank / 16);
      expand += launched * Math.ceil(widest / 128);
    }
    this.shrink = shrink;
    this.expand = expand;
  }

  /** Of one slot, in a step over `tokens` tokens. */
  count(tokens: number): number {
    const parts = tokens < 128 ? 64 : 8;
    return this.shrink * parts * Math.ceil(tokens / 32) + this.expand * Math.ceil(tokens / 64);
  }
}
