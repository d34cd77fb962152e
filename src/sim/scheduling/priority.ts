/** Priority classes of the cohorts (0 is most urgent), first come first served inside a class. Low classes can starve. */
import * as z from 'zod';
import type { SchedulingContext, SchedulingEntry, SchedulingPolicy } from './policy.ts';

class Priority implements SchedulingPolicy {
  readonly dynamic = false;
  private readonly priorities: Int32Array;

  constructor(context: SchedulingContext) {
    this.priorities = context.priorities;
  }

  /** The class alone: among equal keys the engine starts the earlier arrival. */
  key(_user: number, cohort: number): number {
    return this.priorities[cohort];
  }

  joined(): void {}

  left(): void {}

  served(): void {}
}

const params = z.strictObject({});

export const priority: SchedulingEntry<z.infer<typeof params>> = {
  summary: 'By the priority class of the cohort, then first come, first served',
  source: 'Cobham, Operations Research 2(1), 1954; the priority scheduling of vLLM',
  params,
  create: (_params, context) => new Priority(context),
};
