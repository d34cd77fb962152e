/**
 * Static sharding inside the cell: every adapter has one home replica (its first choice by rendezvous hashing) and all its
 * requests go there, whatever the load. The extreme of affinity: fewest copies of an adapter, no balancing.
 * O(replicas).
 */
import * as z from 'zod';
import { leastLoaded } from './least-outstanding.ts';
import type { RoutingContext, RoutingEntry, RoutingPolicy } from './policy.ts';
import { Rendezvous } from './rendezvous.ts';

class CellLocal implements RoutingPolicy {
  private readonly outstanding: Int32Array;
  private readonly ranks: Rendezvous;

  constructor(context: RoutingContext) {
    this.outstanding = context.outstanding;
    this.ranks = new Rendezvous(context.replicas);
  }

  route(adapter: number): number {
    return adapter < 0 ? leastLoaded(this.outstanding) : this.ranks.first(adapter);
  }

  home(adapter: number): number {
    return this.ranks.first(adapter);
  }
}

const params = z.strictObject({});

export const cellLocal: RoutingEntry<z.infer<typeof params>> = {
  summary: "The adapter's home replica in its cell, whatever the load",
  source: 'Thaler and Ravishankar, IEEE/ACM Transactions on Networking 6(1), 1998',
  params,
  create: (_params, context) => new CellLocal(context),
};
