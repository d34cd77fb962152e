/** Metrics of adapter residency: hits by tier, loads, evictions, how many adapters live where. */
import type { Gauge } from '../../sim/recorder.ts';
import type { Counter, Total } from '../layout.ts';
import { counterOf, gaugeMean, gaugePeak, totalOf } from '../result.ts';
import { type Metric, measured, ratio } from './metric.ts';

const LOOKUPS: readonly Counter[] = [
  'measured_lookups_object',
  'measured_lookups_disk',
  'measured_lookups_host',
  'measured_lookups_gpu',
];
const LOOKUP_BYTES: readonly Counter[] = [
  'measured_lookup_bytes_object',
  'measured_lookup_bytes_disk',
  'measured_lookup_bytes_host',
  'measured_lookup_bytes_gpu',
];

function share(parts: readonly Counter[], whole: readonly Counter[]): Metric['measure'] {
  return ({ run }, scope) => {
    const sum = (names: readonly Counter[]) => names.reduce((total, name) => total + counterOf(run, name, scope), 0);
    return ratio(sum(parts), sum(whole));
  };
}

const BASIS =
  'One lookup a request, when it reaches its replica, at or after warm-up; it counts for the highest tier that holds the adapter.';

function hits(name: string, better: Metric['better'], parts: number[], definition: string): Metric[] {
  const common = { unit: 'fraction', better, scope: 'cohort' as const };
  return [
    {
      ...common,
      name,
      group: name,
      definition: `${definition} ${BASIS}`,
      note: 'The ratios of gpu, host, disk and object store add up to 1; other tools may divide by the lookups that reach a tier.',
      measure: share(
        parts.map((tier) => LOOKUPS[tier]),
        LOOKUPS,
      ),
    },
    {
      ...common,
      name: `byte_${name}`,
      group: `byte_${name}`,
      definition: `${definition} Weighted by adapter bytes. ${BASIS}`,
      measure: share(
        parts.map((tier) => LOOKUP_BYTES[tier]),
        LOOKUP_BYTES,
      ),
    },
  ];
}

function total(
  name: string,
  unit: string,
  better: Metric['better'],
  parts: readonly Total[],
  definition: string,
): Metric {
  return {
    name,
    group: name,
    unit,
    better,
    scope: 'run',
    definition: `${definition} Warm-up and drain included.`,
    measure: ({ run }) => {
      const value = parts.reduce((sum, part) => sum + totalOf(run, part), 0);
      return { value, n: value };
    },
  };
}

function gauge(name: Gauge, unit: string, definition: string): Metric[] {
  const common = { group: name, unit, better: 'neither' as const, scope: 'run' as const };
  return [
    {
      ...common,
      name: `${name}_mean`,
      definition: `${definition} Time-weighted mean over [warm-up, duration).`,
      measure: ({ run }) => measured(gaugeMean(run, name), 1),
    },
    {
      ...common,
      name: `${name}_peak`,
      definition: `${definition} Peak over [warm-up, duration); with several cells the sum of their peaks, an upper bound.`,
      measure: ({ run }) => (run.durationNs > run.warmupNs ? measured(gaugePeak(run, name), 1) : null),
    },
  ];
}

export const RESIDENCY_METRICS: readonly Metric[] = [
  ...hits('hit_ratio_gpu', 'higher', [3], 'Share of lookups that found the adapter on the GPU (gpu-warm).'),
  ...hits('hit_ratio_host', 'higher', [2], 'Share of lookups that found the adapter in host memory, not on the GPU.'),
  ...hits('hit_ratio_disk', 'neither', [1], 'Share of lookups that found the adapter on the node’s disk only.'),
  ...hits(
    'cold_ratio',
    'lower',
    [0, 1],
    'Share of lookups that found the adapter neither on the GPU nor in host memory.',
  ),
  total('cold_loads', 'count', 'lower', ['loads_object', 'loads_disk'], 'Loads of an adapter into host memory.'),
  total('load_bytes', 'B', 'lower', ['load_bytes_object', 'load_bytes_disk'], 'Bytes loaded into host memory.'),
  total('object_store_bytes', 'B', 'lower', ['load_bytes_object'], 'Bytes fetched from the object store.'),
  {
    name: 'dedup_joins',
    group: 'dedup_joins',
    unit: 'count',
    better: 'neither',
    scope: 'cohort',
    definition: 'Requests that joined a load already under way for the same revision. Warm-up and drain included.',
    measure: ({ run }, scope) => ({
      value: counterOf(run, 'dedup_joins', scope),
      n: counterOf(run, 'arrivals', scope),
    }),
  },
  total('activations', 'count', 'neither', ['activations'], 'Copies of an adapter from host memory to a GPU.'),
  total('activated_bytes', 'B', 'neither', ['activated_bytes'], 'Bytes copied from host memory to GPUs.'),
  total(
    'evictions',
    'count',
    'neither',
    ['evictions_disk', 'evictions_host', 'evictions_gpu'],
    'Adapters evicted from any tier.',
  ),
  total('evictions_gpu', 'count', 'neither', ['evictions_gpu'], 'Adapters evicted from the GPU.'),
  total('evictions_host', 'count', 'neither', ['evictions_host'], 'Adapters evicted from host memory.'),
  total('evictions_disk', 'count', 'neither', ['evictions_disk'], 'Adapters evicted from disk.'),
  ...gauge('gpu_active_adapters', 'adapters', 'Adapters with at least one running request on a GPU, all replicas.'),
  ...gauge('gpu_resident_adapters', 'adapters', 'Adapters in GPU slots or pool, all replicas.'),
  ...gauge('host_resident_adapters', 'adapters', 'Adapters in host memory, all nodes.'),
  ...gauge('disk_resident_adapters', 'adapters', 'Adapters on disk, all nodes.'),
  ...gauge('host_bytes', 'B', 'Host memory that adapters take, all nodes.'),
  ...gauge('loads_in_flight', 'loads', 'Loads in progress.'),
  ...gauge('running', 'requests', 'Requests in a batch.'),
  ...gauge('waiting', 'requests', 'Requests that wait, for a place or for their adapter.'),
];
