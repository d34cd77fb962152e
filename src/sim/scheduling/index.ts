/** The scheduling policies, by the name a scenario gives them. */
import { fcfs } from './fcfs.ts';
import type { SchedulingEntry } from './policy.ts';
import { priority } from './priority.ts';
import { shortestFirst } from './shortest-first.ts';
import { vtc } from './vtc.ts';

export const SCHEDULING: Record<string, SchedulingEntry> = {
  fcfs,
  'shortest-first': shortestFirst,
  priority,
  vtc,
};
