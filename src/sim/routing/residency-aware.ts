/**
 * Scores each replica by where the adapter was there when the residency signal was last refreshed, minus its load relative
 * to the mean, and takes the best; equal scores fall to the adapter's rendezvous rank, so that concurrent requests for an
 * adapter that is nowhere agree on who loads it. O(replicas).
 *
 *   score = weight(tier) − load · outstanding/(mean outstanding + 1)
 */
import * as z from 'zod';
import { duration, number } from '../../scenario/units.ts';
import { leastLoaded } from './least-outstanding.ts';
import type { RoutingContext, RoutingEntry, RoutingPolicy } from './policy.ts';
import { Rendezvous } from './rendezvous.ts';

class ResidencyAware implements RoutingPolicy {
  private readonly context: RoutingContext;
  private readonly ranks: Rendezvous;
  /** By tier number: nowhere, disk, host memory, GPU. */
  private readonly weights: Float64Array;
  private readonly load: number;

  constructor(params: z.infer<typeof schema>, context: RoutingContext) {
    this.context = context;
    this.ranks = new Rendezvous(context.replicas);
    this.weights = Float64Array.of(0, params.disk, params.host, params.gpu);
    this.load = params.load;
    context.useResidency(params.staleness);
  }

  route(adapter: number): number {
    const { context, ranks, weights } = this;
    const { outstanding, replicas } = context;
    if (adapter < 0) return leastLoaded(outstanding);
    let total = 0;
    for (let replica = 0; replica < replicas; replica++) total += outstanding[replica];
    const perRequest = this.load / (total / replicas + 1);

    const hash = ranks.hash(adapter);
    let best = 0;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (let replica = 0; replica < replicas; replica++) {
      const score = weights[context.residency(replica, adapter)] - perRequest * outstanding[replica];
      if (score < bestScore) continue;
      if (score === bestScore && ranks.weight(hash, replica) < ranks.weight(hash, best)) continue;
      best = replica;
      bestScore = score;
    }
    return best;
  }

  home(adapter: number): number {
    return this.ranks.first(adapter);
  }
}

const schema = z.strictObject({
  gpu: number().default(1).describe('weight of an adapter in a GPU slot'),
  host: number().default(0.7).describe('weight of an adapter in host memory'),
  disk: number().default(0.3).describe('weight of an adapter on the local disk'),
  load: number().default(1).describe('weight of the load, relative to the mean load'),
  staleness: duration().default(1).describe('seconds between refreshes of the residency signal; 0 is always current'),
});

export const residencyAware: RoutingEntry<z.infer<typeof schema>> = {
  summary: 'Where the adapter already is, weighed against the load',
  source: 'own; after the LoRA affinity scorers of the Gateway API Inference Extension and llm-d',
  params: schema,
  create: (chosen, context) => new ResidencyAware(chosen, context),
};
