/**
 * What the tiers hold at t = 0.
 *
 *   cold      nothing above the object store
 *   host-warm host memory (and the disk below it) holds the most popular adapters that fit
 *   gpu-warm  … and the GPU slots too
 *   steady    … and the disk is filled to its capacity
 *   settled   … and then each tier's own policy has had its way with them (settle.ts)
 *
 * Where the router has a notion of an adapter's home, a replica gets its own adapters; otherwise every replica gets the most
 * popular ones. The most popular go in last, so recency-based policies start in a sensible order.
 */
import { UserError } from '../../scenario/errors.ts';
import type { AdapterDraw } from '../population/adapter-draw.ts';
import type { AdapterCatalog } from '../population/source.ts';
import type { Tier } from '../residency/tier.ts';
import type { RoutingPolicy } from '../routing/policy.ts';
import type { AssemblyContext } from './context.ts';
import { settle } from './settle.ts';

/** `popularity` is asked for only where the start state draws from it. */
export function applyStartState(
  context: AssemblyContext,
  routing: RoutingPolicy,
  popularity: () => AdapterDraw | null,
): void {
  const { start } = context.scenario.population;
  // Before anything else takes a slot.
  keepOnGpus(context);
  if (start !== 'cold') {
    const own = fill(context, routing);
    const draw = start === 'settled' ? popularity() : null;
    if (draw !== null) settle(context, routing, draw);
    if (start !== 'host-warm') preloadGpus(context, own);
  }
  pinInHostMemory(context);
}

function keepOnGpus({ scenario, catalog, wiring }: AssemblyContext): void {
  const { gpu = 0 } = scenario.serving.pin;
  for (const replica of wiring.replicas) {
    for (const adapter of catalog.mostPopular(Math.min(gpu, catalog.adapters))) {
      if (replica.keepOnGpu(adapter, catalog.rankClass(adapter))) continue;
      throw new UserError(
        `serving.pin.gpu: ${gpu} adapters do not fit into GPU memory beside the weights; pin fewer, or leave the pool more memory (serving.kv.memory_fraction).`,
      );
    }
  }
}

/** Fills host memory and disks. Returns what each replica's host memory was given, most popular first. */
function fill({ scenario, catalog, layout, adapters, wiring }: AssemblyContext, routing: RoutingPolicy): Int32Array[] {
  const { replicas, nodes } = wiring;
  const wholeDisks = scenario.population.start === 'steady' || scenario.population.start === 'settled';
  const hasHomes = replicas.length > 1 && routing.home !== undefined;
  const entries = replicas.reduce((sum, replica) => sum + replica.host.entries, 0);
  const wanted = hasHomes ? entries : replicas[0].host.entries;
  const onDisks = wholeDisks ? nodes.map(({ disk }) => disk?.entries ?? 0) : [];
  const ranking = catalog.mostPopular(Math.min(catalog.adapters, Math.max(wanted, ...onDisks)));
  const popular = ranking.subarray(0, wanted);
  const homes = hasHomes ? popular.map((adapter) => routing.home!(adapter)) : null;
  const given = replicas.map(({ host }, number) => {
    const own = homes === null ? popular : popular.filter((_, rank) => homes[rank] === number);
    const fitting = takeFitting(host, own, catalog, adapters.hostBytes);
    insertReversed(host, fitting, catalog);
    const { disk } = nodes[layout.nodeOf[number]];
    if (disk !== null) insertReversed(disk, takeFitting(disk, fitting, catalog, adapters.diskBytes), catalog);
    return fitting;
  });
  nodes.forEach(({ disk }, node) => {
    if (disk === null) return;
    const most = ranking.subarray(0, onDisks[node] ?? 0);
    insertReversed(disk, takeFitting(disk, most, catalog, adapters.diskBytes), catalog);
  });
  return given;
}

/** GPU slots turn over within minutes: they get the most popular in any case. */
function preloadGpus({ catalog, wiring }: AssemblyContext, given: readonly Int32Array[]): void {
  wiring.replicas.forEach((replica, number) => {
    const slots = given[number].subarray(0, replica.gpu.entries);
    for (let i = slots.length - 1; i >= 0; i--) {
      if (replica.gpu.find(slots[i]) < 0) replica.preloadGpu(slots[i], catalog.rankClass(slots[i]));
    }
  });
}

function pinInHostMemory({ scenario, catalog, wiring }: AssemblyContext): void {
  const pinned = catalog.mostPopular(Math.min(scenario.serving.pin.count, catalog.adapters));
  for (const { host } of wiring.replicas) {
    for (const adapter of pinned) {
      const present = host.find(adapter);
      host.pin(present >= 0 ? present : host.insert(adapter, catalog.rankClass(adapter)));
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
