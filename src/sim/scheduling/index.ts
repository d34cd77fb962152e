/** The scheduling policies, by the name a scenario gives them. */
import { fcfs } from './fcfs.ts';
import type { SchedulingEntry } from './policy.ts';

export const SCHEDULING: Record<string, SchedulingEntry> = {
  fcfs,
};
