/** The admission policies, by the name a scenario gives them. */
import type { AdmissionEntry } from './policy.ts';
import { unlimited } from './unlimited.ts';

export const ADMISSION: Record<string, AdmissionEntry> = {
  unlimited,
};
