/** The tiers of a cell: disk by node, host memory and GPU slots by replica, each with the eviction policy that the scenario names. */
import type { Choice } from '../../scenario/family.ts';
import { EVICTION } from '../residency/eviction/index.ts';
import { Tier } from '../residency/tier.ts';
import type { AssemblyContext } from './context.ts';
import { createPolicy } from './create-policy.ts';

/** Tier numbers as recorders see them. */
const DISK = 1;
const HOST = 2;
const GPU = 3;

interface TierSpec {
  id: number;
  /** Of the node or replica. */
  number: number;
  entries: number;
  bytes: number;
  sizes: Float64Array;
  costs: Float64Array;
  eviction: Choice;
  onEvict?(rankClass: number): void;
}

/** Null where not one adapter fits on the disk. */
export function diskTier(context: AssemblyContext, node: number): Tier | null {
  const { adapters, layout } = context;
  const entries = entriesIn(context, layout.room.disk, adapters.diskBytes);
  if (entries < 1) return null;
  return tier(context, {
    id: DISK,
    number: node,
    entries,
    bytes: layout.room.disk,
    sizes: adapters.diskBytes,
    costs: adapters.lostFromDisk,
    eviction: context.scenario.serving.tiers.disk.eviction,
  });
}

export function hostTier(context: AssemblyContext, replica: number): Tier {
  const { adapters, layout } = context;
  const { host } = context.scenario.serving.tiers;
  const fitting = entriesIn(context, layout.room.host, adapters.hostBytes);
  return tier(context, {
    id: HOST,
    number: replica,
    entries: Math.min(fitting, host.entries ?? Number.POSITIVE_INFINITY),
    bytes: layout.room.host,
    sizes: adapters.hostBytes,
    costs: adapters.lostFromHost,
    eviction: host.eviction,
  });
}

/** Slots bound it, not bytes: each is reserved at the largest rank, or takes its blocks from the unified pool. */
export function gpuTier(context: AssemblyContext, replica: number): Tier {
  const { adapters, scenario, wiring } = context;
  return tier(context, {
    id: GPU,
    number: replica,
    entries: scenario.serving.slots,
    bytes: Number.POSITIVE_INFINITY,
    sizes: adapters.gpuBytes,
    costs: adapters.lostFromGpu,
    eviction: scenario.serving.tiers.gpu.eviction,
    onEvict: (rankClass) => wiring.replicas[replica].adapterEvicted(rankClass),
  });
}

function tier({ layout, recorder, stream, wiring }: AssemblyContext, spec: TierSpec): Tier {
  const random = stream('eviction', spec.id, spec.number);
  return new Tier({
    id: spec.id,
    entries: spec.entries,
    bytes: spec.bytes,
    sizes: spec.sizes,
    costs: spec.costs,
    universe: layout.universe,
    random32: () => random.next32(),
    createPolicy: (policy) => createPolicy(EVICTION, spec.eviction, policy),
    onEvict: (id, rankClass, bytes) => {
      // What a start state evicts happened before the run.
      if (wiring.cell !== null) recorder.evicted(id, bytes);
      spec.onEvict?.(rankClass);
    },
  });
}

function entriesIn({ layout }: AssemblyContext, bytes: number, sizes: Float64Array): number {
  return Math.min(layout.mostEntries, Math.floor(bytes / Math.min(...sizes, Number.POSITIVE_INFINITY)));
}
