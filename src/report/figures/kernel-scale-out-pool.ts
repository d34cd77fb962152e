/** Measured: the time of a LoRA launch against the number of adapters in memory. */
import type { Figure } from './figure.ts';
import { kernelCurve } from './kernel-curve.ts';

export const kernelScaleOutPool: Figure<'kernel'> = kernelCurve({
  curve: 'scale-out-pool',
  title: 'Kernel with a growing pool',
  question: 'Does a larger pool of adapters in memory slow a batch down?',
  howToRead:
    'The batch reads the same number of adapters, scattered over ever more memory. A rise is the memory system, not work.',
  x: 'adapters in memory',
  share: false,
});
