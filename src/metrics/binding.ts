/**
 * What a configuration that fails is short of, read off its metrics: where a request's time goes beside the time it would
 * take alone, and which resource that points to. A reading of measurements, not a proof: the proof is the neighbour that has
 * more of the resource and passes.
 */
import type { Scenario } from '../scenario/scenario.ts';
import { type FirstTokenParts, firstTokenParts } from './first-token.ts';
import { residencyShortage } from './residency-binding.ts';
import type { SummaryRow } from './summary.ts';
import type { Verdict } from './thresholds.ts';

/** Metrics of the whole run by name; null where the sample is empty. */
export type MetricValues = Readonly<Record<string, number | null>>;

export const metricValues = (rows: readonly SummaryRow[]): MetricValues =>
  Object.fromEntries(rows.filter(({ cohort }) => cohort === 'all').map(({ metric, value }) => [metric, value]));

export interface Share {
  name: string;
  /** Milliseconds of a finished request: the mean, or the statistic of `Binding.of`. */
  ms: number;
  /** Of the three parts together: the time beyond the time alone, or the time to first token. They add up to 1. */
  share: number;
}

export interface Binding {
  /** The resource, as a noun: `compute of the replicas`. */
  resource: string;
  /** What it was read off. */
  reading: 'waits' | 'lookups';
  /** The measurements of that, for people. */
  evidence: string[];
  /** The metric that is divided: `e2el_ms_mean`, or that of the first token where only those are too late. */
  of: string;
  /** Waiting in the queue, waiting for the adapter, slower steps than alone (to the first token: prefill): largest first. */
  lost: Share[];
  /** Utilisations as fractions of what there is. */
  utilisation: Record<string, number>;
}

/** From here on a resource is called full: queues grow steeply beyond. */
const FULL = 0.85;

export const percent = (fraction: number): string => `${(100 * fraction).toFixed(fraction < 0.0995 ? 1 : 0)}%`;
/** Three digits, in the unit that a metric of time is printed in. */
function ms(value: number): string {
  if (value < 1000) return `${value.toPrecision(3)} ms`;
  if (value < 60_000) return `${(value / 1000).toPrecision(3)} s`;
  const minutes = value / 60_000;
  return `${minutes < 1000 ? minutes.toPrecision(3) : Math.round(minutes)} min`;
}
/** A count that may be a mean over replications. */
const count = (value: number): string => String(value < 100 ? Number(value.toPrecision(3)) : Math.round(value));

/** `failing`: the thresholds that are broken, which decide what time is divided. */
export function bindingOf(metrics: MetricValues, scenario: Scenario, failing: readonly Verdict[] = []): Binding {
  const value = (name: string): number => metrics[name] ?? 0;
  const first = firstTokenParts(failing, metrics);
  const parts = first === null ? endToEnd(value) : firstToken(first);
  const sum = parts.reduce((total, [, part]) => total + part, 0);
  const lost = parts
    .map(([name, part]): Share => ({ name, ms: part, share: sum > 0 ? part / sum : 0 }))
    .sort((a, b) => b.ms - a.ms);
  const { replicas } = scenario.hardware;
  const { serving } = scenario;
  const utilisation = {
    replicas: value('replica_utilisation'),
    kv_cache: value('kv_utilisation'),
    batch: value('running_mean') / (replicas * serving.max_batch),
    slots: serving.kv.pool === 'static' ? value('gpu_active_adapters_mean') / (replicas * serving.slots) : 0,
    loaders: value('loads_in_flight_mean') / (replicas * serving.loader.concurrency),
  };
  const of = first === null ? 'e2el_ms_mean' : `ttft_ms_${first.statistic}`;
  const missed = residencyShortage(failing, value);
  if (missed !== null) return { ...missed, reading: 'lookups', of, lost, utilisation };
  const refused = value('rejections') / Math.max(1, value('arrivals'));
  const evidence = first === null ? [lossText(lost[0])] : firstTokenTexts(first, lost);
  if (refused > 0.001) evidence.push(`${percent(refused)} of the requests are refused`);
  const found = resourceOf(lost[0], utilisation, value, evidence);
  return { ...found, reading: 'waits', of, lost, utilisation };
}

const QUEUE = 'queue for a place in the batch';
const ADAPTER = 'wait for the adapter';

type Parts = readonly (readonly [name: string, ms: number])[];

function endToEnd(value: (name: string) => number): Parts {
  const queue = value('queue_ms_mean');
  const adapter = value('adapter_wait_ms_mean');
  const steps = Math.max(0, value('e2el_ms_mean') - value('alone_ms_mean') - queue - adapter);
  return [
    [QUEUE, queue],
    [ADAPTER, adapter],
    ['steps longer than alone', steps],
  ];
}

const firstToken = ({ queue, adapter, prefill }: FirstTokenParts): Parts => [
  [QUEUE, queue],
  [ADAPTER, adapter],
  ['prefill', prefill],
];

const lossText = ({ name, share, ms: part }: Share): string =>
  `${percent(share)} of the time lost is ${name} (${ms(part)} a request)`;

function firstTokenTexts({ statistic, ttft }: FirstTokenParts, lost: readonly Share[]): string[] {
  const parts = lost.map(({ name, ms: part }) => `${name} ${ms(part)}`).join(', ');
  const text = `time to first token, ${statistic} ${ms(ttft)}: ${parts}`;
  return statistic === 'mean' ? [text] : [`${text} (${statistic} of each part by itself: they do not add up)`];
}

type Utilisation = Binding['utilisation'];

function resourceOf(
  first: Share,
  utilisation: Utilisation,
  value: (name: string) => number,
  evidence: string[],
): Pick<Binding, 'resource' | 'evidence'> {
  if (value('unfinished') > 0 && value('finished') === 0 && value('cold_ratio') > 0 && value('cold_loads') === 0) {
    evidence.splice(0, evidence.length, 'no request finished, and none of the loads they wait for began');
    return { resource: ROOM, evidence };
  }
  if (first.name === ADAPTER) return adapterResource(utilisation, value, evidence);
  if (first.name === QUEUE) return queueResource(utilisation, value, evidence);
  const part = busiestPart(value);
  evidence.push(`replicas are idle ${percent(1 - utilisation.replicas)} of the time`);
  return { resource: `the speed of steps (${percent(part.share)} of their time is ${part.name})`, evidence };
}

function queueResource(utilisation: Utilisation, value: (name: string) => number, evidence: string[]) {
  const part = busiestPart(value);
  if (utilisation.kv_cache >= FULL || value('preemptions') > 0.01 * value('arrivals')) {
    evidence.push(`KV cache ${percent(utilisation.kv_cache)} full, ${count(value('preemptions'))} preemptions`);
    return { resource: 'KV cache memory', evidence };
  }
  if (utilisation.batch >= FULL) {
    evidence.push(`batches ${percent(utilisation.batch)} full (serving.max_batch)`);
    return { resource: 'places in the batch', evidence };
  }
  evidence.push(
    `replicas are idle ${percent(1 - utilisation.replicas)} of the time, KV cache ${percent(utilisation.kv_cache)} full`,
  );
  return {
    resource: `compute of the replicas, most of it ${part.name} (${percent(part.share)} of step time)`,
    evidence,
  };
}

const ROOM = 'room for loads in host memory (serving.tiers.host.capacity)';
const STAGES: readonly (readonly [metric: string, per: 'cold_loads' | 'activations', resource: string])[] = [
  ['load_queue_ms_mean', 'cold_loads', 'loaders (serving.loader.concurrency)'],
  ['load_fetch_ms_mean', 'cold_loads', 'bandwidth of disks and object store'],
  ['load_build_ms_mean', 'cold_loads', 'building of tensor objects (adapter.packed)'],
  ['load_register_ms_mean', 'cold_loads', "the engine's exclusive lock (serving.loader.register)"],
  // Copies wait for one another: the path is busy, whatever the slots are.
  ['load_wait_slot_ms_mean', 'activations', 'copies from host to GPU (PCIe)'],
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
      `of the waits for adapters ${percent(all / waited)} is loading and copying, the rest waits for a slot to be free`,
      `${percent(utilisation.slots)} of the slots hold adapters of running requests`,
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
    resource: roomless ? ROOM : most.resource,
    evidence,
  };
}

const PARTS = ['base', 'attention', 'lora', 'collective', 'launch', 'stall'] as const;

function busiestPart(value: (name: string) => number): { name: string; share: number } {
  const parts = PARTS.map((name) => ({ name: String(name), share: value(`step_share_${name}`) }));
  return parts.reduce((a, b) => (b.share > a.share ? b : a));
}
