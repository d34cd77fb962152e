/**
 * Copies an adapter to the GPU as soon as a request for it waits, while the current batch goes on decoding, instead of when
 * the request is about to start.
 */
import * as z from 'zod';
import type { PrefetchContext, PrefetchEntry, PrefetchPolicy } from './policy.ts';

class OnQueue implements PrefetchPolicy {
  readonly interval = Number.POSITIVE_INFINITY;
  private readonly context: PrefetchContext;

  constructor(context: PrefetchContext) {
    this.context = context;
  }

  arrived(adapter: number): void {
    this.context.wantGpu(adapter);
  }

  tick(): void {}
}

const params = z.strictObject({});

export const onQueue: PrefetchEntry<z.infer<typeof params>> = {
  summary: 'To the GPU as soon as a request waits',
  source: 'Sheng et al. (S-LoRA), MLSys 2024',
  params,
  create: (_params, context) => new OnQueue(context),
};
