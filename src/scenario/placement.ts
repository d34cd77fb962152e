/** Where replicas stand on nodes, and what a node gives them. */
import type { Scenario } from './scenario.ts';

export interface Placement {
  gpusPerReplica: number;
  replicasPerNode: number;
  /** A replica wider than a node uses the memory, disks and network of all its nodes, as one larger node. */
  nodesPerReplica: number;
}

export function placementOf({ parallel, gpus_per_node }: Scenario['hardware']): Placement {
  const gpusPerReplica = parallel.tensor * parallel.pipeline;
  return {
    gpusPerReplica,
    replicasPerNode: Math.max(1, Math.floor(gpus_per_node / gpusPerReplica)),
    nodesPerReplica: Math.max(1, Math.ceil(gpusPerReplica / gpus_per_node)),
  };
}

/** Bytes of host memory of one replica, and of the disks of one such node, that may hold adapters. */
export function adapterRoom({ hardware, serving }: Scenario): { host: number; disk: number } {
  const { replicasPerNode, nodesPerReplica } = placementOf(hardware);
  return {
    host: (serving.tiers.host.capacity * nodesPerReplica) / replicasPerNode,
    disk: Math.min(serving.tiers.disk.capacity, hardware.node.disk.capacity) * nodesPerReplica,
  };
}
