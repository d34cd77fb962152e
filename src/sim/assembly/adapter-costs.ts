/** What an adapter takes in each tier and what it costs to bring it there: a column each, by rank class. */
import { adapterFootprint, rankClasses } from '../../scenario/geometry.ts';
import { placementOf } from '../../scenario/placement.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { NS_PER_SECOND, toNs } from '../clock.ts';

export interface AdapterCosts {
  /** Rank of each class, ascending. */
  ranks: readonly number[];
  diskBytes: Float64Array;
  hostBytes: Float64Array;
  gpuBytes: Float64Array;
  buildNs: Float64Array;
  /** Host memory → GPU. */
  copyNs: Float64Array;
  /** Seconds to bring an adapter back into a tier that lost it: what cost-aware eviction weighs. */
  lostFromDisk: Float64Array;
  lostFromHost: Float64Array;
  lostFromGpu: Float64Array;
}

/** `objectBandwidth` is a node's share of the way to the object store, bytes/s. */
export function adapterCosts(scenario: Scenario, objectBandwidth: number): AdapterCosts {
  const { hardware } = scenario;
  const { loader } = scenario.serving;
  const { disk } = hardware.node;
  const pcie = pcieBandwidth(scenario);
  const ranks = rankClasses(scenario);
  const footprints = ranks.map((rank) => adapterFootprint(scenario, rank));
  const column = (of: (footprint: (typeof footprints)[number]) => number) => Float64Array.from(footprints, of);
  const copyNs = column((f) => toNs(loader.activate + f.gpuBytes / pcie));
  return {
    ranks,
    diskBytes: column((f) => f.diskBytes),
    hostBytes: column((f) => f.hostBytes),
    gpuBytes: column((f) => f.gpuBytes),
    buildNs: column((f) => toNs(loader.build + loader.build_per_object * f.objects)),
    copyNs,
    lostFromDisk: column(
      (f) =>
        loader.resolve + hardware.object_store.latency + f.diskBytes / objectBandwidth + loader.build + loader.register,
    ),
    lostFromHost: column((f) => loader.resolve + disk.latency + f.diskBytes / disk.bandwidth),
    lostFromGpu: copyNs.map((ns) => ns / NS_PER_SECOND),
  };
}

/** From host memory to the GPUs of one replica, all links together, bytes/s. */
export function pcieBandwidth({ hardware }: Scenario): number {
  return hardware.gpu.pcie_bandwidth * placementOf(hardware).gpusPerReplica;
}
