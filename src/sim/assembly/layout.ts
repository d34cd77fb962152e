/** Where a cell's replicas stand, and how many things it has of each kind. */
import { hasLifecycle } from '../../scenario/lifecycle.ts';
import { adapterRoom, placementOf } from '../../scenario/placement.ts';
import type { Scenario } from '../../scenario/scenario.ts';

export interface CellLayout {
  replicas: number;
  nodes: number;
  /** Node of each replica. */
  nodeOf: Int32Array;
  nodesPerReplica: number;
  /** Bytes for adapters: host memory of one replica, disks of one node. */
  room: { host: number; disk: number };
  /** A node's network, and its part of the object store before cells divide that anew, bytes/s. */
  nodeBandwidth: number;
  objectBandwidth: number;
  /** Adapters get new revisions. */
  revised: boolean;
  /** Keys of tiers and loaders are below it: adapters, or their revisions, of which there is no telling how many. */
  universe: number;
  /** A tier holds at most so many entries, whatever its bytes. */
  mostEntries: number;
  /** Loads of one replica, under way or queued. */
  ticketsPerReplica: number;
}

/**
 * A tier's arrays are sized for the most entries, and revisions have no number known beforehand as adapters have: where bytes would
 * hold far more than there are adapters, this bounds the arrays. Four an adapter: the revision in use, the one being prewarmed, and two
 * that age out; where bytes have room for more, the oldest leave sooner than bytes would make them. The spare is for few
 * adapters with many revisions each.
 */
const ENTRIES_PER_ADAPTER = 4;
const SPARE_ENTRIES = 65_536;

export function layoutOf(scenario: Scenario, adapters: number): CellLayout {
  const { hardware, serving } = scenario;
  const { replicasPerNode, nodesPerReplica } = placementOf(hardware);
  const replicas = hardware.replicas / hardware.cells;
  const nodes = Math.ceil(replicas / replicasPerNode);
  const nodeBandwidth = hardware.node.network.bandwidth * nodesPerReplica;
  const revised = hasLifecycle(scenario);
  return {
    replicas,
    nodes,
    nodeOf: Int32Array.from({ length: replicas }, (_, number) => Math.floor(number / replicasPerNode)),
    nodesPerReplica,
    room: adapterRoom(scenario),
    nodeBandwidth,
    objectBandwidth: Math.min(nodeBandwidth, hardware.object_store.bandwidth / hardware.cells / nodes),
    revised,
    universe: revised ? 2 ** 31 - 1 : adapters,
    mostEntries: revised ? ENTRIES_PER_ADAPTER * adapters + SPARE_ENTRIES : adapters,
    ticketsPerReplica: serving.loader.concurrency + serving.loader.queue,
  };
}
