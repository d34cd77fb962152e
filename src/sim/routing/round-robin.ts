/** The replicas in turn. O(1). */
import * as z from 'zod';
import type { RoutingEntry, RoutingPolicy } from './policy.ts';

class RoundRobin implements RoutingPolicy {
  private readonly replicas: number;
  private next = 0;

  constructor(replicas: number) {
    this.replicas = replicas;
  }

  route(): number {
    const replica = this.next;
    this.next = replica + 1 === this.replicas ? 0 : replica + 1;
    return replica;
  }
}

const params = z.strictObject({});

export const roundRobin: RoutingEntry<z.infer<typeof params>> = {
  summary: 'The replicas in turn',
  source: 'own',
  params,
  create: (_params, context) => new RoundRobin(context.replicas),
};
