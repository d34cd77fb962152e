/**
 * Adapter affinity with bounded load: an adapter goes to the replica it ranks first by rendezvous hashing among those with
 * fewer than ⌈c·(m + 1)/n⌉ unfinished requests (m of them on n replicas), so no request is ever added to a replica that holds
 * c times its fair share. Source: Mirrokni, Thorup and Zadimoghaddam, "Consistent Hashing with Bounded Loads", SODA 2018,
 * with the ring replaced by rendezvous ranks. O(replicas).
 */
import * as z from 'zod';
import { count, number } from '../../scenario/units.ts';
import { leastLoaded } from './least-outstanding.ts';
import type { RoutingContext, RoutingEntry, RoutingPolicy } from './policy.ts';
import { Rendezvous } from './rendezvous.ts';

class AdapterAffinity implements RoutingPolicy {
  private readonly outstanding: Int32Array;
  private readonly ranks: Rendezvous;
  private readonly bound: number;
  private readonly floor: number;

  constructor(bound: number, floor: number, context: RoutingContext) {
    this.outstanding = context.outstanding;
    this.ranks = new Rendezvous(context.replicas);
    this.bound = bound;
    this.floor = floor;
  }

  route(adapter: number): number {
    const { outstanding, ranks } = this;
    if (adapter < 0) return leastLoaded(outstanding);
    const replicas = outstanding.length;
    let total = 1;
    for (let replica = 0; replica < replicas; replica++) total += outstanding[replica];
    const limit = Math.max(this.floor, Math.ceil((this.bound * total) / replicas));

    const hash = ranks.hash(adapter);
    let best = -1;
    let bestWeight = -1;
    for (let replica = 0; replica < replicas; replica++) {
      if (outstanding[replica] >= limit) continue;
      const weight = ranks.weight(hash, replica);
      if (weight > bestWeight) {
        bestWeight = weight;
        best = replica;
      }
    }
    return best;
  }

  home(adapter: number): number {
    return this.ranks.first(adapter);
  }
}

const params = z.strictObject({
  load_bound: number({ min: 1, infinity: true })
    .default(1.25)
    .describe('largest load of a replica relative to the mean; 1 balances strictly, none never spills'),
  load_floor: count()
    .default(0)
    .describe('requests a replica may hold whatever the bound says; keeps affinity while the system is nearly idle'),
});

export const adapterAffinity: RoutingEntry<z.infer<typeof params>> = {
  summary: 'Rendezvous hashing of the adapter with bounded load',
  source: 'Mirrokni, Thorup and Zadimoghaddam, SODA 2018; Thaler and Ravishankar, ToN 1998',
  params,
  create: (chosen, context) => new AdapterAffinity(chosen.load_bound, chosen.load_floor, context),
};
