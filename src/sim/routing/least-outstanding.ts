/** The replica with the fewest unfinished requests; the lowest number wins a tie. O(replicas). */
import { z } from 'zod';
import type { RoutingContext, RoutingEntry, RoutingPolicy } from './policy.ts';

class LeastOutstanding implements RoutingPolicy {
  private readonly outstanding: Int32Array;
  private readonly replicas: number;

  constructor(context: RoutingContext) {
    this.outstanding = context.outstanding;
    this.replicas = context.replicas;
  }

  route(): number {
    let best = 0;
    for (let replica = 1; replica < this.replicas; replica++) {
      if (this.outstanding[replica] < this.outstanding[best]) best = replica;
    }
    return best;
  }
}

const params = z.strictObject({});

export const leastOutstanding: RoutingEntry<z.infer<typeof params>> = {
  summary: 'Fewest unfinished requests',
  source: 'Winston, Journal of Applied Probability 14(1), 1977 (join the shortest queue)',
  params,
  create: (_params, context) => new LeastOutstanding(context),
};
