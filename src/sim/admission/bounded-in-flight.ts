/** At most so many requests in a cell at once: concurrency limiting at the gate, as load shedders do it. O(1). */
import * as z from 'zod';
import { count } from '../../scenario/units.ts';
import type { AdmissionContext, AdmissionEntry, AdmissionPolicy } from './policy.ts';

class BoundedInFlight implements AdmissionPolicy {
  private readonly context: AdmissionContext;
  private readonly limit: number;

  constructor(limit: number, context: AdmissionContext) {
    this.context = context;
    this.limit = limit;
  }

  admit(): boolean {
    return this.context.inFlight() < this.limit;
  }
}

const params = z.strictObject({
  limit: count({ min: 1 }).default(1024).describe('requests of a cell that are admitted and have not ended'),
});

export const boundedInFlight: AdmissionEntry<z.infer<typeof params>> = {
  summary: 'Refuses while a cell has too many unfinished requests',
  source: 'Welsh and Culler, "Adaptive Overload Control for Busy Internet Servers", USITS 2003',
  params,
  create: (chosen, context) => new BoundedInFlight(chosen.limit, context),
};
