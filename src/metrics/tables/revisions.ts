/**
 * Tables of the lifecycle: revisions.arrow, the lineage of adapters (where each revision came from, what became of it and when), sampled
 * where there are more than 20,000; lifecycle.arrow, one row a bucket of simulated time.
 */
import { LIFECYCLE_EVENTS, STALE_GAUGES } from '../../sim/lifecycle/recorder.ts';
import { REVISION_CAUSES, REVISION_STATES } from '../../sim/lifecycle/revisions.ts';
import {
  LIFECYCLE_SERIES,
  LIFECYCLE_SERIES_AT,
  LINEAGE_AT,
  LINEAGE_FIELDS,
  type LifecycleColumn,
  type LineageField,
} from '../lifecycle/layout.ts';
import { LIFECYCLE_BUCKETS } from '../lifecycle/recorder.ts';
import type { RunLifecycle } from '../lifecycle/result.ts';
import type { RunResult } from '../result.ts';
import type { Column, TableSpec } from './arrow.ts';

export function revisionsTable({ revisions, every, cells, rows }: RunLifecycle): TableSpec {
  const value = (row: number, field: LineageField) => rows[row * LINEAGE_FIELDS.length + LINEAGE_AT[field]];
  const each = (field: LineageField) => Float64Array.from(cells, (_, row) => value(row, field));
  const codes = (field: LineageField) => Int32Array.from(cells, (_, row) => value(row, field));
  const time = (field: LineageField, description: string): Column => ({
    name: `${field}_s`,
    unit: 's',
    description,
    data: each(field).map((ns) => ns / 1e9),
  });
  return {
    name: 'revisions',
    metadata: { revisions: String(revisions), sampled: every === 1 ? 'all' : `1 in ${every}` },
    columns: [
      { name: 'cell', unit: 'number', description: 'cell', data: Float64Array.from(cells) },
      { name: 'adapter', unit: 'number', description: 'adapter number inside the cell', data: each('adapter') },
      { name: 'revision', unit: 'number', description: 'number of the revision, from 1', data: each('number') },
      {
        name: 'parent',
        unit: 'number',
        description: 'revision that it was trained from; 0 is what the adapter began with',
        data: each('parent'),
      },
      {
        name: 'cause',
        unit: 'name',
        description: 'why it was made',
        data: { labels: [...REVISION_CAUSES], codes: codes('cause') },
      },
      { name: 'base', unit: 'number', description: 'base that it is for: 1 after an upgrade', data: each('base') },
      {
        name: 'outcome',
        unit: 'name',
        description: 'what had become of it when the run ended; ready: in use',
        data: { labels: [...REVISION_STATES], codes: codes('state') },
      },
      time('started', 'training began'),
      time('registered', 'training ended and the export was registered'),
      time('evaluated', 'evaluation ended'),
      time('ready', 'first in use'),
      time('served', 'first token of the first finished request that was pinned to it'),
      time('ended', 'rejected, superseded, rolled back or obsolete'),
    ],
  };
}

const EVENT_TEXTS: Readonly<Record<(typeof LIFECYCLE_EVENTS)[number], string>> = {
  asked: 'times that a revision was asked for',
  refused: 'of them, times that its record had a writer already, or no revision for this base',
  registered: 'revisions registered after their training',
  rejected: 'revisions that did not pass their evaluation',
  ready: 'revisions that came into use',
  superseded: 'revisions of the run that a newer one replaced',
  rolled_back: 'revisions rolled back',
  obsolete: 'revisions dropped because their base was replaced',
};

const COUNTS: readonly [LifecycleColumn, string, string][] = [
  ...LIFECYCLE_EVENTS.map((name): [LifecycleColumn, string, string] => [name, 'count', EVENT_TEXTS[name]]),
  ['pinned', 'count', 'requests that reached their replica with a revision'],
  ['behind', 'count', 'of them, requests with a newer revision registered and not ready'],
  ['without_adapter', 'count', 'requests that the base alone serves: no revision for it yet'],
  [
    'stale_disk',
    'count',
    'lookups lost to a change of revision: another one was on the node’s disk, the tier above all that held theirs',
  ],
  ['stale_host', 'count', 'lookups lost to a change of revision: another one was in host memory'],
  ['stale_gpu', 'count', 'lookups lost to a change of revision: another one was on the GPU'],
  ['stale_loads', 'count', 'loads that these lookups started'],
  ['stale_load_bytes', 'B', 'bytes of those loads'],
  ['prewarm_bytes', 'B', 'bytes of the loads that prewarming asked for'],
  ['served', 'count', 'requests with a revision that finished'],
  ['served_latest', 'count', 'of them, requests whose revision was still in use'],
];

const GAUGE_TEXTS: Readonly<Record<(typeof STALE_GAUGES)[number], [unit: string, text: string]>> = {
  gpu_entries: ['adapters', 'revisions in GPU slots, all replicas'],
  gpu_stale: ['adapters', 'of them, revisions that no new request will use'],
  host_entries: ['adapters', 'revisions in host memory, all replicas'],
  host_stale: ['adapters', 'of them, revisions that no new request will use'],
  host_stale_bytes: ['B', 'host memory that those take'],
};

/** The drain after the last arrival stands in the last row. */
export function lifecycleTable(run: RunResult, { series }: RunLifecycle): TableSpec {
  const stride = LIFECYCLE_SERIES.length;
  const bucketNs = run.durationNs / LIFECYCLE_BUCKETS;
  const buckets = LIFECYCLE_BUCKETS + (run.endNs > run.durationNs ? 1 : 0);
  const each = (value: (bucket: number) => number) => Float64Array.from({ length: buckets }, (_, b) => value(b));
  const lengthOf = (b: number) => (b < LIFECYCLE_BUCKETS ? bucketNs : run.endNs - run.durationNs) / 1e9;
  const column = (name: LifecycleColumn) => each((bucket) => series[bucket * stride + LIFECYCLE_SERIES_AT[name]]);
  return {
    name: 'lifecycle',
    metadata: { bucket_s: String(bucketNs / 1e9), warmup_s: String(run.warmupNs / 1e9) },
    columns: [
      { name: 't_s', unit: 's', description: 'start of the bucket', data: each((b) => (b * bucketNs) / 1e9) },
      { name: 'length_s', unit: 's', description: 'length of the bucket', data: each(lengthOf) },
      ...COUNTS.map(([name, unit, description]): Column => ({ name, unit, description, data: column(name) })),
      ...STALE_GAUGES.map(
        (name): Column => ({
          name,
          unit: GAUGE_TEXTS[name][0],
          description: `${GAUGE_TEXTS[name][1]}, mean of the samples; none where there is no sample`,
          data: each((b) =>
            series[b * stride + LIFECYCLE_SERIES_AT.samples] === 0
              ? Number.NaN
              : series[b * stride + LIFECYCLE_SERIES_AT[name]],
          ),
        }),
      ),
    ],
  };
}
