/** A uniformly random replica. O(1). */
import * as z from 'zod';
import type { RoutingContext, RoutingEntry, RoutingPolicy } from './policy.ts';

class Random implements RoutingPolicy {
  private readonly context: RoutingContext;

  constructor(context: RoutingContext) {
    this.context = context;
  }

  route(): number {
    return below(this.context.random32(), this.context.replicas);
  }
}

/** 32 random bits as an integer in 0 … n − 1; the bias is below n/2^32. */
export function below(bits: number, n: number): number {
  return Math.floor((bits >>> 0) * (n / 2 ** 32));
}

const params = z.strictObject({});

export const random: RoutingEntry<z.infer<typeof params>> = {
  summary: 'A uniformly random replica',
  source: 'own',
  params,
  create: (_params, context) => new Random(context),
};
