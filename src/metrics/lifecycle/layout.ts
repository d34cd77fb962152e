/** Names and order of what is recorded of revisions: counters, columns of the time series, histograms, fields of the lineage. */
import { LIFECYCLE_EVENTS, STALE_GAUGES } from '../../sim/lifecycle/recorder.ts';

/** Counts of the cell; `measured_`: requests that reached their replica, or finished, at or after warm-up. */
export const LIFECYCLE_COUNTERS = [
  ...LIFECYCLE_EVENTS,
  'measured_pinned',
  'measured_behind',
  'measured_without_adapter',
  'measured_served',
  'measured_served_latest',
  // By the tier that held another revision of the adapter, in the order of tiers.
  'measured_stale_disk',
  'measured_stale_host',
  'measured_stale_gpu',
  'stale_loads',
  'stale_load_bytes',
  'prewarms_host',
  'prewarms_disk',
  'prewarms_refused',
  'prewarm_bytes',
] as const;
export type LifecycleCounter = (typeof LIFECYCLE_COUNTERS)[number];

/** Columns of the time series by bucket. The gauges are sums over samples, with the number of samples beside them. */
export const LIFECYCLE_SERIES = [
  ...LIFECYCLE_EVENTS,
  'pinned',
  'behind',
  'without_adapter',
  'stale_disk',
  'stale_host',
  'stale_gpu',
  'stale_loads',
  'stale_load_bytes',
  'prewarm_bytes',
  'served',
  'served_latest',
  'samples',
  ...STALE_GAUGES,
] as const;
export type LifecycleColumn = (typeof LIFECYCLE_SERIES)[number];

export const LIFECYCLE_HISTOGRAMS = ['publish', 'first_served', 'behind'] as const;
export type LifecycleHistogram = (typeof LIFECYCLE_HISTOGRAMS)[number];

/** What is kept of a sampled revision; times in ns, NaN where there is none. `parent` is the number of its parent, 0 for the first. */
export const LINEAGE_FIELDS = [
  'adapter',
  'number',
  'parent',
  'cause',
  'base',
  'state',
  'started',
  'registered',
  'evaluated',
  'ready',
  'served',
  'ended',
] as const;
export type LineageField = (typeof LINEAGE_FIELDS)[number];

const positions = <T extends string>(names: readonly T[]): Readonly<Record<T, number>> =>
  Object.fromEntries(names.map((name, at) => [name, at])) as Record<T, number>;

export const LIFECYCLE_COUNTER_AT = positions(LIFECYCLE_COUNTERS);
export const LIFECYCLE_SERIES_AT = positions(LIFECYCLE_SERIES);
export const LINEAGE_AT = positions(LINEAGE_FIELDS);
