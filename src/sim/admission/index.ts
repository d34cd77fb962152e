/** The admission policies, by the name a scenario gives them. */
import { boundedInFlight } from './bounded-in-flight.ts';
import type { AdmissionEntry } from './policy.ts';
import { tokenBucket } from './token-bucket.ts';
import { unlimited } from './unlimited.ts';

export const ADMISSION: Record<string, AdmissionEntry> = {
  unlimited,
  'bounded-in-flight': boundedInFlight,
  'token-bucket': tokenBucket,
};
