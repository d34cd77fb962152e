/** Of two distinct random replicas, the one with fewer unfinished requests (the first drawn wins a tie). O(1). */
import * as z from 'zod';
import type { RoutingContext, RoutingEntry, RoutingPolicy } from './policy.ts';
import { below } from './random.ts';

class PowerOfTwo implements RoutingPolicy {
  private readonly context: RoutingContext;

  constructor(context: RoutingContext) {
    this.context = context;
  }

  route(): number {
    const { replicas, outstanding } = this.context;
    const first = below(this.context.random32(), replicas);
    if (replicas === 1) return first;
    const other = below(this.context.random32(), replicas - 1);
    const second = other < first ? other : other + 1;
    return outstanding[second] < outstanding[first] ? second : first;
  }
}

const params = z.strictObject({});

export const powerOfTwo: RoutingEntry<z.infer<typeof params>> = {
  summary: 'The less loaded of two random replicas',
  source: 'Mitzenmacher, IEEE Transactions on Parallel and Distributed Systems 12(10), 2001',
  params,
  create: (_params, context) => new PowerOfTwo(context),
};
