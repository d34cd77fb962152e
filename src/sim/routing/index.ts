/** The routing policies, by the name a scenario gives them. */
import { adapterAffinity } from './adapter-affinity.ts';
import { cellLocal } from './cell-local.ts';
import { largestBatch } from './largest-batch.ts';
import { leastOutstanding } from './least-outstanding.ts';
import type { RoutingEntry } from './policy.ts';
import { powerOfTwo } from './power-of-two.ts';
import { random } from './random.ts';
import { residencyAware } from './residency-aware.ts';
import { roundRobin } from './round-robin.ts';

export const ROUTING: Record<string, RoutingEntry> = {
  random,
  'round-robin': roundRobin,
  'least-outstanding': leastOutstanding,
  'power-of-two': powerOfTwo,
  'largest-batch': largestBatch,
  'adapter-affinity': adapterAffinity,
  'residency-aware': residencyAware,
  'cell-local': cellLocal,
};
