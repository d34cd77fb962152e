/** Every request is admitted; queues absorb the load. */
import * as z from 'zod';
import type { AdmissionEntry, AdmissionPolicy } from './policy.ts';

class Unlimited implements AdmissionPolicy {
  admit(): boolean {
    return true;
  }
}

const params = z.strictObject({});

export const unlimited: AdmissionEntry<z.infer<typeof params>> = {
  summary: 'Admits every request',
  source: 'own',
  params,
  create: () => new Unlimited(),
};
