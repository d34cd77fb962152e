/** How long a replica takes to start: weights, profiling, and one captured set of graphs for each adapter slot. */
import type { Scenario } from './scenario.ts';

/** Seconds; 0 where a scenario says nothing about it. */
export function startupSeconds({ serving }: Scenario): number {
  const { startup } = serving;
  return startup === undefined ? 0 : startup.base + startup.per_slot * serving.slots;
}
