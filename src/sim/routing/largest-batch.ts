/**
 * Punica's router: a request goes to the replica with the most requests among those that have room for one more, so that the others
 * run empty and can be given back; the highest number wins a tie. Room is fewer than `batch` requests, waiting ones included, and free KV
 * memory for the prompt as of the replica's last step. Where nobody has room the replica with the fewest requests takes it.
 * Source: Chen et al., MLSys 2024 (arXiv 2310.18547), section 5.1. There such a request waits in one queue for all, and requests move to
 * another GPU when memory runs out or to consolidate; both are left out: a request stays where it was sent. O(replicas).
 */
import * as z from 'zod';
import { count } from '../../scenario/units.ts';
import { leastLoaded } from './least-outstanding.ts';
import type { RoutingContext, RoutingEntry, RoutingPolicy } from './policy.ts';

class LargestBatch implements RoutingPolicy {
  private readonly context: RoutingContext;
  private readonly batch: number;

  constructor(batch: number, context: RoutingContext) {
    this.context = context;
    this.batch = batch;
  }

  route(_adapter: number, _cohort: number, _nowNs: number, promptTokens: number): number {
    const { context, batch } = this;
    const { outstanding } = context;
    let best = -1;
    for (let replica = 0; replica < outstanding.length; replica++) {
      if (outstanding[replica] >= batch || context.freeKvTokens(replica) < promptTokens) continue;
      if (best < 0 || outstanding[replica] >= outstanding[best]) best = replica;
    }
    return best < 0 ? leastLoaded(outstanding) : best;
  }
}

const params = z.strictObject({
  batch: count({ min: 1, max: 65_536 }).default(32).describe('requests that a replica has room for'),
});

export const largestBatch: RoutingEntry<z.infer<typeof params>> = {
  summary: 'The replica with the most requests that has room for one more',
  source: 'Chen et al., Punica, MLSys 2024 (arXiv 2310.18547), section 5.1',
  params,
  create: (chosen, context) => new LargestBatch(chosen.batch, context),
};
