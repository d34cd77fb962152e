/**
 * Axes on which more (or less) of something is expected never to make service worse. A search uses the expectation to leave
 * simulations out, and checks it where its answer rests on it. An axis that is not listed is taken value by value: more
 * GPU slots, for instance, leave less memory to the KV cache.
 */

interface Expectation {
  /** What helps. */
  better: 'more' | 'less';
  because: string;
}

export const MONOTONE: Readonly<Record<string, Expectation>> = {
  'hardware.replicas': { better: 'more', because: 'the same load on more replicas' },
  'hardware.node.host_memory': { better: 'more', because: 'more adapters host-warm' },
  'hardware.node.disk.bandwidth': { better: 'more', because: 'loads from disk are shorter' },
  'hardware.node.disk.capacity': { better: 'more', because: 'fewer fetches from the object store' },
  'hardware.node.network.bandwidth': { better: 'more', because: 'fetches are shorter' },
  'hardware.object_store.bandwidth': { better: 'more', because: 'fetches are shorter' },
  'hardware.gpu.memory_bandwidth': { better: 'more', because: 'steps are shorter' },
  'hardware.gpu.pcie_bandwidth': { better: 'more', because: 'activations are shorter' },
  'serving.tiers.host.capacity': { better: 'more', because: 'more adapters host-warm' },
  'serving.tiers.disk.capacity': { better: 'more', because: 'fewer fetches from the object store' },
  'population.rate': { better: 'less', because: 'less load on the same system' },
  'population.rate_per_user': { better: 'less', because: 'less load on the same system' },
  'adapter.rank': { better: 'less', because: 'smaller adapters load and compute faster' },
};
