/** The replica with the fewest unfinished requests; the lowest number wins a tie. O(replicas). */
import * as z from 'zod';
import type { RoutingContext, RoutingEntry, RoutingPolicy } from './policy.ts';

class LeastOutstanding implements RoutingPolicy {
  private readonly outstanding: Int32Array;

  constructor(context: RoutingContext) {
    this.outstanding = context.outstanding;
  }

  route(): number {
    return leastLoaded(this.outstanding);
  }
}

/** Where requests without an adapter go under the policies that look at adapters. */
export function leastLoaded(outstanding: Int32Array): number {
  let best = 0;
  for (let replica = 1; replica < outstanding.length; replica++) {
    if (outstanding[replica] < outstanding[best]) best = replica;
  }
  return best;
}

const params = z.strictObject({});

export const leastOutstanding: RoutingEntry<z.infer<typeof params>> = {
  summary: 'Fewest unfinished requests',
  source: 'Winston, Journal of Applied Probability 14(1), 1977 (join the shortest queue)',
  params,
  create: (_params, context) => new LeastOutstanding(context),
};
