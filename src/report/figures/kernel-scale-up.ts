/** Measured: the time of a LoRA launch against the size of the base model that it serves. */
import type { Figure } from './figure.ts';
import { kernelCurve } from './kernel-curve.ts';

export const kernelScaleUp: Figure<'kernel'> = kernelCurve({
  curve: 'scale-up',
  title: 'Kernel scale-up',
  question: 'What does LoRA cost beside a stronger base at one rank?',
  howToRead:
    'One point a fused operator of a base model, ordered by its parameters. Above, the time of the LoRA launch; below, that time over the least that the roofline allows for the base model’s own product.',
  x: 'parameters of the base',
  share: true,
});
