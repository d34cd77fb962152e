/** Below host memory: each node's disk and its way to the object store, which end in the loaders of its replicas. */
import { toNs } from '../clock.ts';
import { Link } from '../residency/link.ts';
import { NodeStorage } from '../residency/node-storage.ts';
import type { AssemblyContext } from './context.ts';
import { diskTier } from './tiers.ts';

export function nodeStorage(context: AssemblyContext, node: number): NodeStorage {
  const { scenario, layout, events, sources } = context;
  const { hardware } = scenario;
  const { loader } = scenario.serving;
  const { disk, network } = hardware.node;
  const deliver = deliverTo(context, node);
  return new NodeStorage({
    disk: diskTier(context, node),
    diskLink: new Link({
      bandwidth: disk.bandwidth * layout.nodesPerReplica,
      discipline: loader.discipline,
      concurrency: Number.POSITIVE_INFINITY,
      onDone: deliver,
    }),
    objectLink: new Link({
      bandwidth: layout.objectBandwidth,
      discipline: loader.discipline,
      concurrency: hardware.object_store.concurrency,
      onDone: deliver,
    }),
    diskDelayNs: toNs(loader.resolve + disk.latency),
    objectDelayNs: toNs(loader.resolve + hardware.object_store.latency + network.latency),
    events,
    diskSource: sources.disk + node,
    objectSource: sources.object + node,
  });
}

/** Of a key that is prewarmed to disk: those below are the loaders', `ticketsPerReplica` each. */
export function prewarmTicket({ layout }: AssemblyContext, key: number): number {
  return layout.replicas * layout.ticketsPerReplica + key;
}

function deliverTo(context: AssemblyContext, node: number): (ticket: number, nowNs: number) => void {
  const { catalog, wiring } = context;
  const { ticketsPerReplica } = context.layout;
  const firstKey = prewarmTicket(context, 0);
  return (ticket, nowNs) => {
    if (ticket < firstKey) {
      const replica = Math.floor(ticket / ticketsPerReplica);
      wiring.loaders[replica].fetched(ticket - replica * ticketsPerReplica, nowNs);
      return;
    }
    const key = ticket - firstKey;
    const lifecycle = wiring.lifecycle!;
    wiring.nodes[node].keep(key, catalog.rankClass(lifecycle.adapterOf(key)));
    lifecycle.prewarmed(key, nowNs);
  };
}
