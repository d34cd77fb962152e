/** What is uncertain in links, loads and memory, and in prices. */
import type { Scenario } from '../../scenario/scenario.ts';
import { ESTIMATE, numeric, several, type Uncertainty } from './uncertainty.ts';

const AGULLO = 'Agullo et al., arXiv 2508.08343';

/** A time of the loader: a range of values, which the scenario's own value widens. */
function loader(
  key: 'build' | 'build_per_object' | 'register' | 'activate',
  label: string,
  values: readonly [number, number],
  source: string,
): Uncertainty {
  return {
    key: `loader.${key}`,
    label,
    unit: 's',
    ends: { values },
    source,
    read: ({ serving }) => numeric(serving.loader[key]),
    write: (scenario, value) => ({
      ...scenario,
      serving: { ...scenario.serving, loader: { ...scenario.serving.loader, [key]: value } },
    }),
  };
}

/** A factor on a bandwidth of the GPU. */
function gpu(
  key: 'intra_node_bandwidth' | 'inter_node_bandwidth' | 'pcie_bandwidth',
  label: string,
  factors: readonly [number, number],
  source: string,
  matters: (scenario: Scenario) => boolean,
): Uncertainty {
  return {
    key,
    label,
    unit: 'B/s',
    ends: { factors },
    source,
    read: (scenario) => (matters(scenario) ? numeric(scenario.hardware.gpu[key]) : null),
    write: (scenario, value) => ({
      ...scenario,
      hardware: { ...scenario.hardware, gpu: { ...scenario.hardware.gpu, [key]: value } },
    }),
  };
}

export const HARDWARE: readonly Uncertainty[] = [
  gpu(
    'intra_node_bandwidth',
    'links inside a node',
    [0.7, 1],
    `${ESTIMATE}: what collectives reach of NVLink`,
    several,
  ),
  gpu(
    'inter_node_bandwidth',
    'links between nodes',
    [0.6, 1],
    `${ESTIMATE}: what collectives reach of the network`,
    ({ hardware }) => hardware.parallel.tensor * hardware.parallel.pipeline > hardware.gpus_per_node,
  ),
  gpu(
    'pcie_bandwidth',
    'PCIe from host to GPU',
    [0.5, 0.9],
    'low: copies that are not pinned (vLLM #31317: pinning saves 40%); high: pinned',
    () => true,
  ),
  loader(
    'activate',
    'activation overhead',
    [0.2e-3, 6e-3],
    `high: copy to the GPU in vLLM 0.8.5, 3 to 8 ms with its bytes (${AGULLO}); low: ${ESTIMATE}`,
  ),
  {
    key: 'disk_bandwidth',
    label: 'disk bandwidth',
    unit: 'B/s',
    ends: { factors: [0.5, 1.2] },
    source: `${ESTIMATE}: mixed reads beside sequential ones`,
    read: ({ serving, hardware }) => (serving.tiers.disk.capacity > 0 ? numeric(hardware.node.disk.bandwidth) : null),
    write: (scenario, value) => withNode(scenario, 'disk', { bandwidth: value }),
  },
  {
    key: 'network_bandwidth',
    label: 'network of a node',
    unit: 'B/s',
    ends: { factors: [0.6, 1] },
    source: `${ESTIMATE}: protocols and neighbours`,
    read: ({ hardware }) => numeric(hardware.node.network.bandwidth),
    write: (scenario, value) => withNode(scenario, 'network', { bandwidth: value }),
  },
  {
    key: 'object_store.latency',
    label: 'object store latency',
    unit: 's',
    ends: { values: [5e-3, 0.2] },
    source: 'high: Amazon S3 guidelines, 100 to 200 ms; low: single-zone stores',
    read: ({ hardware }) => numeric(hardware.object_store.latency),
    write: (scenario, value) => ({
      ...scenario,
      hardware: { ...scenario.hardware, object_store: { ...scenario.hardware.object_store, latency: value } },
    }),
  },
  loader(
    'build_per_object',
    'build of an object',
    [14e-6, 37e-6],
    'MinT (arXiv 2605.13779): 0.754 s of build and 1.36 s of live load for 37,248 objects',
  ),
  loader('build', 'build of a load', [5e-3, 0.15], 'MinT: live packed load of 0.156 s beside 0.026 s of build'),
  loader(
    'register',
    'registration lock',
    [1e-3, 0.1],
    'MinT: 16 adapters registered while serving in 1.66 s; low: estimate',
  ),
  {
    key: 'host_expansion',
    label: 'host memory expansion',
    unit: '×',
    ends: { values: [1, 5.6] },
    source: 'MinT: 586.8 MB in host memory for a file of 105.5 MB, four tensor-parallel workers',
    read: ({ adapter }) => numeric(adapter.host_expansion),
    write: (scenario, value) => ({ ...scenario, adapter: { ...scenario.adapter, host_expansion: value } }),
  },
];

export const PRICES: readonly Uncertainty[] = [
  {
    key: 'gpu.price_per_hour',
    label: 'price of a GPU',
    unit: 'USD/h',
    ends: { factors: [0.6, 1.6] },
    source: `${ESTIMATE}: spread between providers and terms; presets are round figures`,
    read: ({ hardware }) => numeric(hardware.gpu.price_per_hour),
    write: (scenario, value) => ({
      ...scenario,
      hardware: { ...scenario.hardware, gpu: { ...scenario.hardware.gpu, price_per_hour: value } },
    }),
  },
];

function withNode(scenario: Scenario, part: 'disk' | 'network', change: { bandwidth: number }): Scenario {
  const { hardware } = scenario;
  return {
    ...scenario,
    hardware: { ...hardware, node: { ...hardware.node, [part]: { ...hardware.node[part], ...change } } },
  };
}
