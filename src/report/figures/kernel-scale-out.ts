/** Measured: the time of a LoRA launch against the number of distinct adapters in a batch. */
import type { Figure } from './figure.ts';
import { kernelCurve } from './kernel-curve.ts';

export const kernelScaleOut: Figure<'kernel'> = kernelCurve({
  curve: 'scale-out',
  title: 'Kernel scale-out',
  question: 'What do more adapters in one batch cost?',
  howToRead:
    'The batch stays the same and only the number of distinct adapters in it grows: each brings its own weights to read.',
  x: 'distinct adapters in the batch',
  share: false,
});
