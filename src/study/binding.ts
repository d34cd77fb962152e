/**
 * What a configuration that fails is short of, read off its metrics: where a request's time goes beside the time it would
 * take alone, and which resource that points to. A reading of measurements, not a proof: the proof is the neighbour that has
 * more of the resource and passes.
 */
import type { Scenario } from '../scenario/scenario.ts';
import type { MetricValues } from './outcome.ts';

export interface Share {
  name: string;
  /** Mean milliseconds of a finished request. */
  ms: number;
  /** Of the time beyond the time alone; the three shares of a request add up to 1. */
  share: number;
}

export interface Binding {
  /** The resource, as a noun: `compute of the replicas`. */
  resource: string;
  /** The measurements it was read off, for people. */
  evidence: string[];
  /** Waiting in the queue, waiting for the adapter, slower steps than alone: largest first. */
  lost: Share[];
  /** Utilisations as fractions of what there is. */
  utilisation: Record<string, number>;
}

/** From here on a resource is called full: queues grow steeply beyond. */
const FULL = 0.85;

const percent = (fraction: number): string => `${(100 * fraction).toFixed(fraction < 0.0995 ? 1 : 0)}%`;
const ms = (value: number): string =>
  value >= 1000 ? `${(value / 1000).toPrecision(3)} s` : `${value.toPrecision(3)} ms`;

export function bindingOf(metrics: MetricValues, scenario: Scenario): Binding {
  const value = (name: string): number => metrics[name] ?? 0;
  const whole = value('e2el_ms_mean');
  const queue = value('queue_ms_mean');
  const adapter = value('adapter_wait_ms_mean');
  const steps = Math.max(0, whole - value('alone_ms_mean') - queue - adapter);
  const sum = queue + adapter + steps;
  const share = (name: string, part: number): Share => ({ name, ms: part, share: sum > 0 ? part / sum : 0 });
  const lost = [
    share('queue for a place in the batch', queue),
    share('wait for the adapter', adapter),
    share('steps longer than alone', steps),
  ].sort((a, b) => b.ms - a.ms);
  const { replicas } = scenario.hardware;
  const { serving } = scenario;
  const utilisation = {
    replicas: value('replica_utilisation'),
    kv_cache: value('kv_utilisation'),
    batch: value('running_mean') / (replicas * serving.max_batch),
    slots: serving.kv.pool === 'static' ? value('gpu_active_adapters_mean') / (replicas * serving.slots) : 0,
    loaders: value('loads_in_flight_mean') / (replicas * serving.loader.concurrency),
  };
  const refused = value('rejections') / Math.max(1, value('arrivals'));
  const found = resourceOf(lost, utilisation, value, refused);
  return { ...found, lost, utilisation };
}

type Utilisation = Binding['utilisation'];

function resourceOf(
  lost: readonly Share[],
  utilisation: Utilisation,
  value: (name: string) => number,
  refused: number,
): Pick<Binding, 'resource' | 'evidence'> {
  const [first] = lost;
  const evidence = [`${percent(first.share)} of the time lost is ${first.name} (${ms(first.ms)} a request)`];
  if (refused > 0.001) evidence.push(`${percent(refused)} of the requests are refused`);
  if (first.name.startsWith('wait')) return adapterResource(utilisation, value, evidence);
  if (first.name.startsWith('queue')) return queueResource(utilisation, value, evidence);
  const part = busiestPart(value);
  evidence.push(`replicas run ${percent(utilisation.replicas)} of the time`);
  return { resource: `step time, most of it ${part.name} (${percent(part.share)})`, evidence };
}

function queueResource(utilisation: Utilisation, value: (name: string) => number, evidence: string[]) {
  const part = busiestPart(value);
  if (utilisation.kv_cache >= FULL || value('preemptions') > 0.01 * value('arrivals')) {
    evidence.push(`KV cache ${percent(utilisation.kv_cache)} full, ${value('preemptions')} preemptions`);
    return { resource: 'KV cache memory', evidence };
  }
  if (utilisation.batch >= FULL) {
    evidence.push(`batches ${percent(utilisation.batch)} full (serving.max_batch)`);
    return { resource: 'places in the batch', evidence };
  }
  evidence.push(
    `replicas run ${percent(utilisation.replicas)} of the time, KV cache ${percent(utilisation.kv_cache)} full`,
  );
  return {
    resource: `compute of the replicas, most of it ${part.name} (${percent(part.share)} of step time)`,
    evidence,
  };
}

const STAGES: readonly (readonly [metric: string, per: 'cold_loads' | 'activations', resource: string])[] = [
  ['load_queue_ms_mean', 'cold_loads', 'loaders (serving.loader.concurrency)'],
  ['load_fetch_ms_mean', 'cold_loads', 'bandwidth of disks and object store'],
  ['load_build_ms_mean', 'cold_loads', 'building of tensor objects (adapter.packed)'],
  ['load_register_ms_mean', 'cold_loads', "the engine's exclusive lock (serving.loader.register)"],
  ['load_wait_slot_ms_mean', 'activations', 'GPU slots (serving.slots)'],
  ['load_activate_ms_mean', 'activations', 'copies from host to GPU (PCIe)'],
];

/** The stage in which adapters spend most, over all loads and activations. */
function adapterResource(utilisation: Utilisation, value: (name: string) => number, evidence: string[]) {
  const stages = STAGES.map(([metric, per, resource]) => ({ metric, resource, total: value(metric) * value(per) }));
  const all = stages.reduce((sum, { total }) => sum + total, 0);
  const waited = value('adapter_wait_ms_mean') * Math.max(1, value('finished'));
  if (all < waited / 2) {
    // Loads and copies take little of it: what is waited for is a slot that no running request holds.
    evidence.push(
      `loads and copies are ${percent(all / waited)} of that wait; the rest is for a slot: ${percent(utilisation.slots)} of them hold adapters of running requests`,
      `KV cache ${percent(utilisation.kv_cache)} full, batches ${percent(utilisation.batch)} full`,
    );
    return { resource: 'GPU slots (serving.slots)', evidence };
  }
  const most = stages.reduce((a, b) => (b.total > a.total ? b : a));
  evidence.push(
    `${percent(all > 0 ? most.total / all : 0)} of the work on adapters is in ${most.metric.replace('_ms_mean', '')} (${ms(value(most.metric))} each); loaders are ${percent(utilisation.loaders)} busy`,
    `${percent(value('cold_ratio'))} of the lookups find the adapter neither on the GPU nor in host memory`,
  );
  // A load also waits at the head of the queue while adapters that requests wait for fill host memory.
  const roomless = most.metric === 'load_queue_ms_mean' && utilisation.loaders < FULL;
  return {
    resource: roomless ? 'room for loads in host memory (serving.tiers.host.capacity)' : most.resource,
    evidence,
  };
}

const PARTS = ['base', 'attention', 'lora', 'collective', 'launch', 'stall'] as const;

function busiestPart(value: (name: string) => number): { name: string; share: number } {
  const parts = PARTS.map((name) => ({ name: String(name), share: value(`step_share_${name}`) }));
  return parts.reduce((a, b) => (b.share > a.share ? b : a));
}
