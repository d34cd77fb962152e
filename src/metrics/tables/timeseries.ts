/** timeseries.arrow: one row a bucket of simulated time, warm-up and drain included. */
import { COST_PARTS, TICKS_PER_SECOND } from '../../sim/cost/step-cost.ts';
import { GAUGES } from '../../sim/recorder.ts';
import { SERIES_AT, SERIES_HISTOGRAMS, type SeriesColumn } from '../layout.ts';
import type { RunResult } from '../result.ts';
import { COARSE_BUCKETS, STRIDE } from '../series.ts';
import { coarseQuantile } from '../statistics/sections.ts';
import type { Column, TableSpec } from './arrow.ts';

const COUNTS: readonly [SeriesColumn, string, string][] = [
  ['arrivals', 'count', 'requests that arrived'],
  ['finished', 'count', 'requests that finished'],
  ['refused', 'count', 'requests that ended without an answer'],
  ['slo_met', 'count', 'finished requests that met all objectives of their SLO'],
  ['prompt_tokens', 'tokens', 'prompt tokens of requests that finished'],
  ['output_tokens', 'tokens', 'output tokens produced'],
  ['lookups_object', 'count', 'lookups that found the adapter in the object store only'],
  ['lookups_disk', 'count', 'lookups that found the adapter on disk'],
  ['lookups_host', 'count', 'lookups that found the adapter in host memory'],
  ['lookups_gpu', 'count', 'lookups that found the adapter on the GPU'],
  ['loads', 'count', 'loads into host memory that ended'],
  ['load_bytes', 'B', 'bytes of those loads'],
  ['activations', 'count', 'copies from host memory to a GPU'],
  ['evictions', 'count', 'adapters evicted from any tier'],
  ['dedup_joins', 'count', 'requests that joined a load under way'],
  ['preemptions', 'count', 'running requests that lost their KV blocks'],
];

export function timeseriesTable(run: RunResult): TableSpec {
  const { bucketNs, buckets, rows } = run.series;
  const each = (value: (bucket: number) => number): Float64Array =>
    Float64Array.from({ length: buckets }, (_, bucket) => value(bucket));
  const column = (name: SeriesColumn) => each((bucket) => rows[bucket * STRIDE + SERIES_AT[name]]);
  // The last bucket ends with the run.
  const lengthNs = (bucket: number) => Math.max(1, Math.min(run.endNs, (bucket + 1) * bucketNs) - bucket * bucketNs);
  const gauges = GAUGES.map((gauge): Column => {
    const integral = column(`gauge_${gauge}`);
    return {
      name: gauge,
      unit: gauge.endsWith('bytes') ? 'B' : 'count',
      description: 'time-weighted mean of the bucket',
      data: integral.map((value, bucket) => value / lengthNs(bucket)),
    };
  });
  return {
    name: 'timeseries',
    metadata: {
      bucket_s: String(bucketNs / 1e9),
      warmup_s: String(run.warmupNs / 1e9),
      duration_s: String(run.durationNs / 1e9),
    },
    columns: [
      { name: 't_s', unit: 's', description: 'start of the bucket', data: each((bucket) => (bucket * bucketNs) / 1e9) },
      {
        name: 'length_s',
        unit: 's',
        description: 'length of the bucket',
        data: each((bucket) => lengthNs(bucket) / 1e9),
      },
      ...COUNTS.map(([name, unit, description]): Column => ({ name, unit, description, data: column(name) })),
      ...SERIES_HISTOGRAMS.flatMap((_, latency) => quantiles(run, latency)),
      ...gauges,
      ...COST_PARTS.map(
        (part): Column => ({
          name: `part_${part}_s`,
          unit: 's',
          description: `step time that is ${part}, all replicas; a run of steps is spread evenly over its time`,
          data: column(`part_${part}`).map((ticks) => ticks / TICKS_PER_SECOND),
        }),
      ),
    ],
  };
}

function quantiles({ series }: RunResult, latency: number): Column[] {
  const { buckets, latencies } = series;
  const name = SERIES_HISTOGRAMS[latency];
  return [
    ['p50', 0.5],
    ['p99', 0.99],
  ].map(([label, q]) => ({
    name: `${name}_ms_${label}`,
    unit: 'ms',
    description: `of requests that arrived after warm-up and ${name === 'ttft' ? 'got their first token' : 'finished'} in the bucket, within 1.6 %`,
    data: Float64Array.from({ length: buckets }, (_, bucket) => {
      const at = (latency * buckets + bucket) * COARSE_BUCKETS;
      const quantile = coarseQuantile(latencies.subarray(at, at + COARSE_BUCKETS), q as number);
      return quantile === null ? Number.NaN : quantile.value / 1e6;
    }),
  }));
}
