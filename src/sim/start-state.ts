/**
 * What the tiers hold at t = 0.
 *
 *   cold      nothing above the object store
 *   host-warm host memory (and the disk below it) holds the most popular adapters that fit
 *   gpu-warm  … and the GPU slots too
 *   steady    … and the disk is filled to its capacity
 *
 * Where the router has a notion of an adapter's home, a replica gets its own adapters; otherwise every replica gets the most
 * popular ones. The most popular go in last, so recency-based policies start in a sensible order.
 */
import { UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Replica } from './batching/replica.ts';
import type { AdapterCatalog } from './population/source.ts';
import type { NodeStorage } from './residency/node-storage.ts';
import type { Tier } from './residency/tier.ts';
import type { RoutingPolicy } from './routing/policy.ts';

export function applyStartState(
  start: Scenario['population']['start'],
  { count, gpu = 0 }: Scenario['serving']['pin'],
  parts: {
    catalog: AdapterCatalog;
    replicas: readonly Replica[];
    nodes: readonly NodeStorage[];
    nodeOf: Int32Array;
    routing: RoutingPolicy;
    hostSizes: Float64Array;
    diskSizes: Float64Array;
  },
): void {
  const { catalog, replicas, nodes, nodeOf, routing } = parts;
  const pinnedAdapters = catalog.mostPopular(Math.min(count, catalog.adapters));
  // Before anything else takes a slot.
  for (const replica of replicas) {
    for (const adapter of catalog.mostPopular(Math.min(gpu, catalog.adapters))) {
      if (replica.keepOnGpu(adapter, catalog.rankClass(adapter))) continue;
      throw new UserError(
        `serving.pin.gpu: ${gpu} adapters do not fit into GPU memory beside the weights; pin fewer, or leave the pool more memory (serving.kv.memory_fraction).`,
      );
    }
  }
  if (start !== 'cold') {
    const hasHomes = replicas.length > 1 && routing.home !== undefined;
    const entries = replicas.reduce((sum, replica) => sum + replica.host.entries, 0);
    const wanted = hasHomes ? entries : replicas[0].host.entries;
    const onDisks = start === 'steady' ? nodes.map(({ disk }) => disk?.entries ?? 0) : [];
    const ranking = catalog.mostPopular(Math.min(catalog.adapters, Math.max(wanted, ...onDisks)));
    const popular = ranking.subarray(0, wanted);
    const homes = hasHomes ? popular.map((adapter) => routing.home!(adapter)) : null;
    replicas.forEach((replica, number) => {
      const own = homes === null ? popular : popular.filter((_, rank) => homes[rank] === number);
      const fitting = takeFitting(replica.host, own, catalog, parts.hostSizes);
      insertReversed(replica.host, fitting, catalog);
      const { disk } = nodes[nodeOf[number]];
      if (disk !== null) insertReversed(disk, takeFitting(disk, fitting, catalog, parts.diskSizes), catalog);
      if (start === 'host-warm') return;
      const slots = fitting.slice(0, replica.gpu.entries);
      for (let i = slots.length - 1; i >= 0; i--) {
        if (replica.gpu.find(slots[i]) < 0) replica.preloadGpu(slots[i], catalog.rankClass(slots[i]));
      }
    });
    nodes.forEach(({ disk }, node) => {
      if (disk === null) return;
      const most = ranking.subarray(0, onDisks[node] ?? 0);
      insertReversed(disk, takeFitting(disk, most, catalog, parts.diskSizes), catalog);
    });
  }
  for (const replica of replicas) {
    for (const adapter of pinnedAdapters) {
      const present = replica.host.find(adapter);
      replica.host.pin(present >= 0 ? present : replica.host.insert(adapter, catalog.rankClass(adapter)));
    }
  }
}

/** The first of `adapters` that fit into what the tier has free, in order. */
function takeFitting(tier: Tier, adapters: Int32Array, catalog: AdapterCatalog, sizes: Float64Array): Int32Array {
  let bytes = tier.usedBytes;
  let entries = tier.used;
  let count = 0;
  while (count < adapters.length && entries < tier.entries) {
    if (tier.find(adapters[count]) < 0) {
      bytes += sizes[catalog.rankClass(adapters[count])];
      if (bytes > tier.capacityBytes) break;
      entries++;
    }
    count++;
  }
  return adapters.subarray(0, count);
}

function insertReversed(tier: Tier, adapters: Int32Array, catalog: AdapterCatalog): void {
  for (let i = adapters.length - 1; i >= 0; i--) {
    if (tier.find(adapters[i]) < 0) tier.insert(adapters[i], catalog.rankClass(adapters[i]));
  }
}
