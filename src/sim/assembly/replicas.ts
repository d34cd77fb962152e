/** A replica with its tiers, its loader and its link to the GPUs. */
import { KvCache } from '../batching/kv-cache.ts';
import { Replica } from '../batching/replica.ts';
import type { ReplicaLimits } from '../batching/replica-state.ts';
import { toNs } from '../clock.ts';
import { ActivationLink } from '../residency/activation.ts';
import { Loader } from '../residency/loader.ts';
import type { Tier } from '../residency/tier.ts';
import type { SchedulingPolicy } from '../scheduling/policy.ts';
import { pcieBandwidth } from './adapter-costs.ts';
import type { AssemblyContext } from './context.ts';
import { gpuTier, hostTier } from './tiers.ts';

/** What the replicas of a cell have in common. */
export interface SharedByReplicas {
  limits: ReplicaLimits;
  scheduling: SchedulingPolicy;
  /** Unified pool: KV blocks of an adapter by rank class; null with a static split. */
  adapterBlocks: Int32Array | null;
}

/** Adds the replica and its loader to what parts reach each other by. */
export function addReplica(context: AssemblyContext, number: number, shared: SharedByReplicas): void {
  const { scenario, adapters, memory, events, sources, wiring } = context;
  const host = hostTier(context, number);
  const gpu = gpuTier(context, number);
  const loader = createLoader(context, number, host);
  wiring.loaders.push(loader);
  wiring.replicas.push(
    new Replica({
      ...shared,
      number,
      table: context.table,
      cost: context.cost,
      kv: new KvCache(memory.kvBlocks, scenario.serving.kv.block_tokens),
      gpu,
      host,
      loader,
      activation: new ActivationLink(adapters.copyNs, gpu.entries, events, sources.activation + number),
      ranks: adapters.ranks,
      copyNs: adapters.copyNs,
      gpuBytes: adapters.gpuBytes,
      swapNsPerBlock: toNs(memory.blockBytes / pcieBandwidth(scenario)),
      recorder: context.recorder,
      schedule: (ns) => events.schedule(sources.step + number, ns),
      ended: (request, endState, nowNs) => wiring.cell!.ended(request, endState, nowNs),
    }),
  );
}

function createLoader(context: AssemblyContext, number: number, host: Tier): Loader {
  const { adapters, events, sources, layout, table, wiring } = context;
  const { loader } = context.scenario.serving;
  return new Loader({
    replica: number,
    ticketsPerReplica: layout.ticketsPerReplica,
    concurrency: loader.concurrency,
    queue: loader.queue,
    universe: layout.universe,
    fetchBytes: adapters.diskBytes,
    buildNs: adapters.buildNs,
    registerNs: toNs(loader.register),
    pause: loader.pause === undefined ? null : { every: loader.pause.every, ns: toNs(loader.pause.time) },
    onFetched: loader.build_in === 'engine' ? (nowNs) => wiring.replicas[number].adapterFetched(nowNs) : null,
    host,
    node: wiring.nodes[layout.nodeOf[number]],
    events,
    source: sources.loader + number,
    recorder: context.recorder,
    onReady: (key, waiters, entry, nowNs) => {
      wiring.replicas[number].adapterReady(waiters, entry, nowNs);
      if (wiring.lifecycle !== null && waiters < 0) wiring.lifecycle.prewarmed(key, nowNs);
    },
    next: () => table.next,
  });
}
