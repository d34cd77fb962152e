/** Latency metrics: quantiles, mean and maximum of every histogram the recorder keeps. */
import { type HistogramName, unitOf } from '../layout.ts';
import { histogramOf } from '../result.ts';
import { latencyInterval } from '../statistics/sections.ts';
import type { Metric } from './metric.ts';

interface LatencyGroup {
  histogram: HistogramName;
  definition: string;
  note?: string;
  scope: 'cohort' | 'run';
}

const AFTER_WARMUP = 'Requests that arrived at or after warm-up.';

const GROUPS: readonly LatencyGroup[] = [
  {
    histogram: 'ttft',
    scope: 'cohort',
    definition: `Time to first token: first token − arrival; holds queueing and the wait for the adapter. ${AFTER_WARMUP}`,
  },
  {
    histogram: 'tpot',
    scope: 'cohort',
    definition: `Time per output token: (end − first token) / (output tokens − 1), one value a request. ${AFTER_WARMUP}`,
    note:
      'Undefined for one output token: such a request is left out here, counted in tpot_undefined, and cannot miss a TPOT ' +
      'objective. vLLM and inference-perf mean the same by TPOT; GuideLLM’s time per output token includes the first token ' +
      '(end-to-end time / output tokens), so its figures are larger.',
  },
  {
    histogram: 'itl',
    scope: 'run',
    definition:
      'Inter-token latency: the gap between two consecutive tokens of a request, all gaps pooled, so long answers weigh more. ' +
      'Gaps of steps that ended at or after warm-up.',
    note:
      'Pooled gaps show stalls that a request’s mean (tpot_ms) hides. Some tools call the per-request mean ITL: GuideLLM’s ITL ' +
      'is (end − first token) / (output tokens − 1), which is tpot_ms here.',
  },
  {
    histogram: 'e2el',
    scope: 'cohort',
    definition: `End-to-end latency: last token − arrival. ${AFTER_WARMUP}`,
  },
  {
    histogram: 'queue',
    scope: 'cohort',
    definition: `Waiting for a place in the batch while the adapter is ready, preemptions included. ${AFTER_WARMUP}`,
  },
  {
    histogram: 'adapter_wait',
    scope: 'cohort',
    definition: `Waiting for the adapter: its load into host memory, a GPU slot and its activation. ${AFTER_WARMUP}`,
  },
  {
    histogram: 'alone',
    scope: 'cohort',
    definition:
      'End-to-end latency the same request would have on an empty replica with its adapter host-warm; the base of slowdown. ' +
      AFTER_WARMUP,
  },
  {
    histogram: 'slowdown',
    scope: 'cohort',
    definition:
      'End-to-end latency over the same request’s latency alone on an empty replica with its adapter host-warm. Below 1 where ' +
      `the adapter was already on the GPU. ${AFTER_WARMUP}`,
    note: 'Queueing theory’s slowdown (stretch): interference of all other users with this request, as one ratio.',
  },
  {
    histogram: 'load',
    scope: 'run',
    definition:
      'Load of an adapter into host memory: queue + fetch + build + register. Loads that ended after warm-up.',
  },
  { histogram: 'load_queue', scope: 'run', definition: 'Load stage: resolving, and waiting for one of the loaders.' },
  { histogram: 'load_fetch', scope: 'run', definition: 'Load stage: transfer from disk or object store.' },
  { histogram: 'load_build', scope: 'run', definition: 'Load stage: building the tensor objects.' },
  {
    histogram: 'load_register',
    scope: 'run',
    definition: 'Load stage: registration under the engine’s exclusive lock.',
  },
  {
    histogram: 'load_wait_slot',
    scope: 'run',
    definition:
      'Activation: the copy into the GPU slot waits for the copies before it. Waiting until a slot is free is part of adapter_wait, not of this.',
  },
  { histogram: 'load_activate', scope: 'run', definition: 'Activation: copy from host memory to the GPU.' },
  { histogram: 'ttft_gpu', scope: 'run', definition: `TTFT of requests whose adapter was on the GPU. ${AFTER_WARMUP}` },
  {
    histogram: 'ttft_host',
    scope: 'run',
    definition: `TTFT of requests whose adapter was in host memory, not on the GPU (host-warm). ${AFTER_WARMUP}`,
  },
  {
    histogram: 'ttft_disk',
    scope: 'run',
    definition: `TTFT of requests whose adapter was on the node’s disk only. ${AFTER_WARMUP}`,
  },
  {
    histogram: 'ttft_object',
    scope: 'run',
    definition: `TTFT of requests whose adapter was in the object store only. ${AFTER_WARMUP}`,
  },
];

const QUANTILES: readonly [string, number][] = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
];

const ACCURACY = 'Nearest-rank quantile from a histogram, within 0.2 % of the exact one.';

function statisticsOf(group: LatencyGroup): Metric[] {
  const unit = unitOf(group.histogram);
  const stem = unit === 'ms' ? `${group.histogram}_ms` : group.histogram;
  const common = { group: stem, unit, better: 'lower' as const, note: group.note, scope: group.scope };
  const quantiles = QUANTILES.map(
    ([label, q]): Metric => ({
      ...common,
      name: `${stem}_${label}`,
      definition: `${group.definition} ${ACCURACY}`,
      measure: ({ run }, scope) => {
        const histogram = histogramOf(run, group.histogram, scope);
        const value = histogram?.quantile(q) ?? null;
        if (histogram === null || value === null) return null;
        return { value, n: histogram.n, ...(scope === 'all' ? latencyInterval(run, group.histogram, q, value) : null) };
      },
    }),
  );
  const whole = (label: 'mean' | 'max', definition: string): Metric => ({
    ...common,
    name: `${stem}_${label}`,
    definition: `${group.definition} ${definition}`,
    measure: ({ run }, scope) => {
      const histogram = histogramOf(run, group.histogram, scope);
      const value = histogram?.[label] ?? null;
      return histogram === null || value === null ? null : { value, n: histogram.n };
    },
  });
  return [...quantiles, whole('mean', 'Arithmetic mean, exact.'), whole('max', 'Largest value, exact.')];
}

export const LATENCY_METRICS: readonly Metric[] = GROUPS.flatMap(statisticsOf);
