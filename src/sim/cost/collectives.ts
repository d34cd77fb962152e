/**
 * Seconds that collectives take on a two-level fabric: GPUs of a node on fast links, nodes on slower ones.
 *
 * Latency terms follow NCCL's own cost model for small messages (NVIDIA/nccl src/graph/tuning.cc, ring, LL protocol): a base
 * and one hop each step. Bandwidth terms are those of a ring inside the node and a ring of nodes in which each GPU carries
 * its share (Thakur et al., Int. J. High Perform. Comput. Appl. 19(1), 2005).
 */
export interface Fabric {
  gpusPerNode: number;
  /** One direction, per GPU, bytes/s. */
  intraBandwidth: number;
  interBandwidth: number;
  /** Seconds: once a collective, and each hop inside a node and between nodes. */
  base: number;
  intraHop: number;
  interHop: number;
}

/** All-gather or reduce-scatter of `bytes` (the whole, gathered size) over `ranks` GPUs. */
export function allGather(fabric: Fabric, ranks: number, bytes: number): number {
  if (ranks <= 1) return 0;
  const local = Math.min(ranks, fabric.gpusPerNode);
  const nodes = Math.ceil(ranks / fabric.gpusPerNode);
  return (
    fabric.base +
    (local - 1) * fabric.intraHop +
    (nodes - 1) * fabric.interHop +
    (((local - 1) / local) * bytes) / fabric.intraBandwidth +
    (((nodes - 1) / nodes) * bytes) / local / fabric.interBandwidth
  );
}

/** All-reduce of `bytes` held by each rank: a reduce-scatter and an all-gather in one collective. */
export function allReduce(fabric: Fabric, ranks: number, bytes: number): number {
  if (ranks <= 1) return 0;
  return 2 * allGather(fabric, ranks, bytes) - fabric.base;
}

/** All-to-all where each rank sends `bytes` in all, evenly over the other ranks. Links inside and between nodes work at once. */
export function allToAll(fabric: Fabric, ranks: number, bytes: number): number {
  if (ranks <= 1) return 0;
  const local = Math.min(ranks, fabric.gpusPerNode);
  const inside = ((local - 1) / (ranks - 1)) * (bytes / fabric.intraBandwidth);
  const outside = ((ranks - local) / (ranks - 1)) * (bytes / fabric.interBandwidth);
  return fabric.base + (ranks > local ? fabric.interHop : fabric.intraHop) + Math.max(inside, outside);
}

/** One GPU sends `bytes` to one other. */
export function send(fabric: Fabric, bytes: number, betweenNodes: boolean): number {
  return betweenNodes
    ? fabric.interHop + bytes / fabric.interBandwidth
    : fabric.intraHop + bytes / fabric.intraBandwidth;
}
