/** What revisions do to residency: lookups that a new revision costs, and the room that old ones take. */
import type { Replica } from '../batching/replica.ts';
import type { Lifecycle } from './lifecycle.ts';
import { STALE_GAUGES } from './recorder.ts';

/** Revisions of one adapter that are looked for in the tiers; older ones have long been crowded out. */
const MOST_LOOKED_FOR = 8;

/**
 * A request, pinned to its revision, reaches its replica. Returns the tier that held the revision, as `replica.arrive`. Where
 * another revision of the adapter is in a higher tier, the lookup is lost to the change of revision.
 */
export function arriveOnReplica(
  lifecycle: Lifecycle,
  replica: Replica,
  request: number,
  bytes: number,
  nowNs: number,
): number {
  const { t } = replica;
  const { recorder } = lifecycle;
  const key = t.adapter[request];
  const other = recorder === null || key < 0 ? -1 : tierOfOthers(lifecycle, replica, key);
  if (other < 0) return replica.arrive(request, nowNs);
  const joins = replica.loader.isLoading(key);
  const tier = replica.arrive(request, nowNs);
  const started = !joins && replica.loader.isLoading(key);
  if (other > tier) recorder!.staleLookup(tier, other, bytes, started, nowNs);
  return tier;
}

/** The highest tier that holds another revision of the key's adapter, −1 where it has no other. */
function tierOfOthers({ revisions }: Lifecycle, replica: Replica, key: number): number {
  const adapter = revisions.adapterOf(key);
  let n = revisions.latest(adapter);
  if (n < 0) return -1;
  let highest = key === adapter ? -1 : replica.tierOf(adapter);
  for (let looked = 0; n >= 0 && looked < MOST_LOOKED_FOR && highest < 3; n = revisions.previous(n)) {
    const other = revisions.adapters + n;
    // One that was never in use is nowhere, unless it is being prewarmed.
    if (other === key || Number.isNaN(revisions.readyNs[n])) continue;
    looked++;
    const tier = replica.tierOf(other);
    if (tier > highest) highest = tier;
  }
  return highest;
}

/** A tenth of the moments at which gauges are sampled: every entry of every tier is looked at. */
const EVERY = 10;

/** Samples STALE_GAUGES over all replicas. */
export function sampleStale(lifecycle: Lifecycle, replicas: readonly Replica[], nowNs: number): void {
  const { recorder } = lifecycle;
  if (recorder === null || lifecycle.samples++ % EVERY !== 0) return;
  const g = new Float64Array(STALE_GAUGES.length);
  for (const { gpu, host } of replicas) {
    g[0] += gpu.used;
    g[2] += host.used;
    for (let slot = 0; slot < gpu.entries; slot++) {
      const key = gpu.adapterAt(slot);
      if (key >= 0 && lifecycle.isStale(key)) g[1]++;
    }
    for (let entry = 0; entry < host.entries; entry++) {
      const key = host.adapterAt(entry);
      if (key < 0 || !lifecycle.isStale(key)) continue;
      g[3]++;
      g[4] += host.sizeAt(entry);
    }
  }
  recorder.residents(g, nowNs);
}
