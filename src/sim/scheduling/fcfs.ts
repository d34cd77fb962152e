/** First come, first served. */
import * as z from 'zod';
import type { SchedulingEntry, SchedulingPolicy } from './policy.ts';

class Fcfs implements SchedulingPolicy {
  readonly dynamic = false;

  key(_user: number, _cohort: number, arrivalNs: number): number {
    return arrivalNs;
  }

  joined(): void {}

  left(): void {}

  served(): void {}
}

const params = z.strictObject({});

export const fcfs: SchedulingEntry<z.infer<typeof params>> = {
  summary: 'First come, first served',
  source: 'Yu et al. (Orca), OSDI 2022; the default of vLLM',
  params,
  create: () => new Fcfs(),
};
