/** Metrics of revisions: what became of them, how old what is served is, and what changing it costs residency. */
import {
  LIFECYCLE_SERIES,
  LIFECYCLE_SERIES_AT,
  type LifecycleColumn,
  type LifecycleCounter,
  type LifecycleHistogram,
} from '../lifecycle/layout.ts';
import { LIFECYCLE_BUCKETS } from '../lifecycle/recorder.ts';
import { lifecycleCount, lifecycleHistogram, type RunLifecycle } from '../lifecycle/result.ts';
import { type Measured, type Metric, measured, ratio } from './metric.ts';

type Measure = (lifecycle: RunLifecycle) => Measured | null;

function metric(
  name: string,
  unit: string,
  better: Metric['better'],
  definition: string,
  measure: Measure,
  note?: string,
): Metric {
  return {
    name,
    group: name,
    unit,
    better,
    definition,
    note,
    scope: 'run',
    applies: ({ run }) => run.lifecycle !== null,
    measure: ({ run }) => (run.lifecycle === null ? null : measure(run.lifecycle)),
  };
}

const WHOLE = 'Warm-up included.';

function total(
  name: string,
  unit: string,
  better: Metric['better'],
  counter: LifecycleCounter,
  definition: string,
): Metric {
  return metric(name, unit, better, `${definition} ${WHOLE}`, (lifecycle) => {
    const value = lifecycleCount(lifecycle, counter);
    return { value, n: value };
  });
}

function share(
  name: string,
  better: Metric['better'],
  parts: readonly LifecycleCounter[],
  whole: readonly LifecycleCounter[],
  definition: string,
  note?: string,
): Metric {
  const count = (lifecycle: RunLifecycle, of: readonly LifecycleCounter[]) =>
    of.reduce((sum, counter) => sum + lifecycleCount(lifecycle, counter), 0);
  return metric(name, 'fraction', better, definition, (l) => ratio(count(l, parts), count(l, whole)), note);
}

const QUANTILES: readonly [string, number][] = [
  ['p50', 0.5],
  ['p99', 0.99],
];

function times(stem: string, histogram: LifecycleHistogram, definition: string, note?: string): Metric[] {
  const one = (label: string, of: (lifecycle: RunLifecycle) => number | null, how: string): Metric => ({
    ...metric(
      `${stem}_${label}`,
      'ms',
      'lower',
      `${definition} ${how}`,
      (lifecycle) => measured(of(lifecycle), lifecycleHistogram(lifecycle, histogram).n),
      note,
    ),
    group: stem,
  });
  return [
    ...QUANTILES.map(([label, q]) =>
      one(
        label,
        (l) => lifecycleHistogram(l, histogram).quantile(q),
        'Nearest-rank quantile, within 0.2 % of the exact one.',
      ),
    ),
    one('mean', (l) => lifecycleHistogram(l, histogram).mean, 'Arithmetic mean, exact.'),
  ];
}

/** Ratio of two gauges' sums over the samples of the run. */
function sampled(part: LifecycleColumn, whole: LifecycleColumn): Measure {
  return ({ series }) => {
    const stride = LIFECYCLE_SERIES.length;
    let parts = 0;
    let wholes = 0;
    let n = 0;
    for (let row = 0; row < LIFECYCLE_BUCKETS * stride; row += stride) {
      if (series[row + LIFECYCLE_SERIES_AT.samples] === 0) continue;
      parts += series[row + LIFECYCLE_SERIES_AT[part]];
      wholes += series[row + LIFECYCLE_SERIES_AT[whole]];
      n++;
    }
    return measured(parts / wholes, n);
  };
}

const STALE: readonly LifecycleCounter[] = ['measured_stale_disk', 'measured_stale_host', 'measured_stale_gpu'];
const AFTER_WARMUP = 'Requests that reached their replica at or after warm-up.';

export const LIFECYCLE_METRICS: readonly Metric[] = [
  total(
    'revisions_asked',
    'count',
    'neither',
    'asked',
    'Times that training a revision was asked for. Under laws requests and tokens an adapter asks only when training may begin.',
  ),
  total(
    'revisions_refused',
    'count',
    'neither',
    'refused',
    'Times that training could not begin, because a revision of the adapter was under way (records have one writer), or the adapter has none for the new base. Always 0 under laws requests and tokens, without a base upgrade: what is gathered waits.',
  ),
  total('revisions_registered', 'count', 'neither', 'registered', 'Revisions whose training ended.'),
  total('revisions_rejected', 'count', 'neither', 'rejected', 'Revisions that did not pass their evaluation.'),
  total('revisions_ready', 'count', 'neither', 'ready', 'Revisions that came into use.'),
  total(
    'revisions_rolled_back',
    'count',
    'neither',
    'rolled_back',
    'Revisions that were rolled back to an earlier one.',
  ),
  total('revisions_obsolete', 'count', 'neither', 'obsolete', 'Revisions under way that a base upgrade made useless.'),
  ...times(
    'publish_ms',
    'publish',
    'From a revision’s registration to its readiness: evaluation and prewarming. Revisions that became ready at or after warm-up.',
  ),
  ...times(
    'trained_to_served_ms',
    'first_served',
    'From a revision’s registration to the first token of the first finished request that was pinned to it. Revisions whose first request finished at or after warm-up.',
    'Mostly how long its user stays away; publish_ms is the system’s part of it.',
  ),
  ...times(
    'behind_ms',
    'behind',
    `How long a newer revision had been registered, and was not ready yet, when a request arrived. ${AFTER_WARMUP} Only those for which there was one.`,
  ),
  share(
    'behind_ratio',
    'lower',
    ['measured_behind'],
    ['measured_pinned'],
    `Share of requests that arrived while a newer revision of their adapter was registered and not ready. ${AFTER_WARMUP}`,
  ),
  share(
    'latest_ratio',
    'higher',
    ['measured_served_latest'],
    ['measured_served'],
    'Share of finished requests whose revision was still the one in use when they finished. Requests that finished at or after warm-up.',
    'Requests keep the revision that was ready when they arrived; what is missing to 1 was overtaken in flight.',
  ),
  share(
    'without_adapter_ratio',
    'lower',
    ['measured_without_adapter'],
    ['measured_pinned', 'measured_without_adapter'],
    `Share of requests that the base alone served, because their adapter has no revision for it yet. ${AFTER_WARMUP}`,
  ),
  share(
    'stale_lookup_ratio',
    'lower',
    STALE,
    ['measured_pinned'],
    `Share of lookups lost to updates: another revision of the adapter was in a higher tier than the one they needed. ${AFTER_WARMUP}`,
    'An indication: where the adapter would be had it not changed is not known. What was evicted meanwhile is not counted, and other revisions may have pushed out what is.',
  ),
  share(
    'stale_lookup_ratio_gpu',
    'lower',
    ['measured_stale_gpu'],
    ['measured_pinned'],
    `Share of lookups that found another revision of the adapter on the GPU, and not the one they needed. ${AFTER_WARMUP}`,
  ),
  share(
    'stale_lookup_ratio_host',
    'lower',
    ['measured_stale_host'],
    ['measured_pinned'],
    `Share of lookups that found another revision of the adapter in host memory, and the one they needed only below it. ${AFTER_WARMUP}`,
  ),
  share(
    'stale_lookup_ratio_disk',
    'lower',
    ['measured_stale_disk'],
    ['measured_pinned'],
    `Share of lookups that found another revision of the adapter on the node’s disk, and the one they needed only in the object store. ${AFTER_WARMUP}`,
  ),
  total('stale_loads', 'count', 'lower', 'stale_loads', 'Loads started by lookups that were lost to updates.'),
  total(
    'stale_load_bytes',
    'B',
    'lower',
    'stale_load_bytes',
    'Bytes of loads started by lookups that were lost to updates.',
  ),
  metric(
    'prewarms',
    'count',
    'neither',
    `Loads started to have a revision near before it is ready, to host memory or disk. ${WHOLE}`,
    (l) => {
      const value = lifecycleCount(l, 'prewarms_host') + lifecycleCount(l, 'prewarms_disk');
      return { value, n: value };
    },
  ),
  total('prewarms_refused', 'count', 'lower', 'prewarms_refused', 'Prewarming loads that a full load queue refused.'),
  total('prewarm_bytes', 'B', 'neither', 'prewarm_bytes', 'Bytes of the loads that prewarming asked for.'),
  metric(
    'stale_share_gpu',
    'fraction',
    'lower',
    `Share of the adapters in GPU slots that no new request will use: superseded, rolled back or for an old base. Ratio of sums over samples. ${WHOLE}`,
    sampled('gpu_stale', 'gpu_entries'),
  ),
  metric(
    'stale_share_host',
    'fraction',
    'lower',
    `Share of the adapters in host memory that no new request will use. Ratio of sums over samples. ${WHOLE}`,
    sampled('host_stale', 'host_entries'),
  ),
];
