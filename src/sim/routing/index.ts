/** The routing policies, by the name a scenario gives them. */
import { adapterAffinity } from './adapter-affinity.ts';
import { leastOutstanding } from './least-outstanding.ts';
import type { RoutingEntry } from './policy.ts';

export const ROUTING: Record<string, RoutingEntry> = {
  'least-outstanding': leastOutstanding,
  'adapter-affinity': adapterAffinity,
};
