/** How many adapters have room where, before anything is simulated: GPU slots, host memory, local disks. */
import { adapterFootprint } from '../scenario/geometry.ts';
import { adapterRoom, placementOf } from '../scenario/placement.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { formatBytes, formatCount } from './format.ts';

export interface AdaptersFit {
  /** Of the scenario's mix of ranks, bytes. */
  mean_host_bytes: number;
  mean_disk_bytes: number;
  /** Of one replica; each holds its own. */
  gpu_per_replica: number;
  host_per_replica: number;
  /** A replica's part of its node's host memory, bytes: as large as its part of the node's GPUs. */
  host_bytes_per_replica: number;
  /** Of one node, which its replicas share; or of the nodes of a replica that is wider than one. */
  disk_per_node: number;
  nodes_per_replica: number;
}

export function adaptersFit(scenario: Scenario): AdaptersFit {
  const { hardware, serving } = scenario;
  const { host, disk } = meanBytes(scenario);
  const room = adapterRoom(scenario);
  return {
    mean_host_bytes: host,
    mean_disk_bytes: disk,
    gpu_per_replica: serving.slots,
    host_per_replica: Math.min(count(room.host, host), serving.tiers.host.entries ?? Number.POSITIVE_INFINITY),
    host_bytes_per_replica: room.host,
    disk_per_node: count(room.disk, disk),
    nodes_per_replica: placementOf(hardware).nodesPerReplica,
  };
}

/** Bounded, as JSON has no infinity: adapters without modules weigh nothing. */
const count = (room: number, bytes: number) =>
  bytes === 0 ? Number.MAX_SAFE_INTEGER : Math.min(Math.floor(room / bytes), Number.MAX_SAFE_INTEGER);

function meanBytes(scenario: Scenario): { host: number; disk: number } {
  let host = 0;
  let disk = 0;
  for (const cohort of scenario.population.cohorts) {
    for (const { rank, share } of (cohort.rank ?? scenario.adapter.rank).ranks) {
      const bytes = adapterFootprint(scenario, rank);
      host += cohort.share * share * bytes.hostBytes;
      disk += cohort.share * share * bytes.diskBytes;
    }
  }
  return { host, disk };
}

/** @param adapters of the whole scenario */
export function fitText(adapters: number, fit: AdaptersFit): string {
  const room = (most: number) => (most >= adapters ? 'all' : formatCount(most));
  const disks = fit.nodes_per_replica === 1 ? 'disks of each node' : `disks of its ${fit.nodes_per_replica} nodes`;
  return (
    `of ${formatCount(adapters)} adapters (${formatBytes(fit.mean_host_bytes)} in the mean) each replica has room for ${room(fit.gpu_per_replica)} on its GPUs ` +
    `and ${room(fit.host_per_replica)} in its ${formatBytes(fit.host_bytes_per_replica)} of host memory, the ${disks} for ${room(fit.disk_per_node)}`
  );
}
