/** What one GPU does in a second, as cost models see it. */
import type { Dtype, Gpu } from '../../scenario/scenario.ts';

const BY_WIDTH: readonly Dtype[] = ['fp4', 'fp8', 'bf16', 'fp16', 'fp32'];

/** Peak FLOP/s for operands of this dtype; a dtype that the GPU lacks runs at the next wider one it has. */
export function peakFlops(gpu: Gpu, dtype: Dtype): number {
  for (const wider of BY_WIDTH.slice(BY_WIDTH.indexOf(dtype))) {
    const rate = gpu.flops[wider];
    if (rate !== undefined) return rate;
  }
  return Math.max(...Object.values(gpu.flops));
}
