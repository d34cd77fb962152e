/** Measured: the time of a LoRA launch against the rank of its adapters. */
import type { Figure } from './figure.ts';
import { kernelCurve } from './kernel-curve.ts';

export const kernelScaleDown: Figure<'kernel'> = kernelCurve({
  curve: 'scale-down',
  title: 'Kernel scale-down',
  question: 'What does a smaller adapter save in the kernel?',
  howToRead:
    'Where the line is flat, launching costs more than the adapter’s bytes; where its slope is one, bytes decide.',
  x: 'rank',
  share: false,
});
