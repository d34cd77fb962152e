/**
 * Where each number of a cell's result stands: names and order of histograms, counters, totals and time-series columns. The
 * recorder writes by these positions, everything else reads by these names.
 */
import { COST_PARTS, TICKS_PER_NS } from '../sim/cost/step-cost.ts';
import { END_STATES, GAUGES } from '../sim/recorder.ts';

/** Tiers of `lookup`, `loaded` and `evicted`, by number. */
export const TIERS = ['object', 'disk', 'host', 'gpu'] as const;

/** Histograms kept for each cohort: of finished requests that arrived after warm-up (`ttft`: that got a first token). */
export const COHORT_HISTOGRAMS = ['ttft', 'tpot', 'e2el', 'queue', 'adapter_wait', 'alone', 'slowdown'] as const;
/** Histograms kept for the cell as a whole; the load stages are those of sim/recorder.ts. */
export const CELL_HISTOGRAMS = [
  'load',
  'load_queue',
  'load_fetch',
  'load_build',
  'load_register',
  'load_wait_slot',
  'load_activate',
  'ttft_object',
  'ttft_disk',
  'ttft_host',
  'ttft_gpu',
] as const;
export type CohortHistogram = (typeof COHORT_HISTOGRAMS)[number];
export type CellHistogram = (typeof CELL_HISTOGRAMS)[number];
/** `itl` is pooled over cohorts: a run of decode steps does not say whose tokens it made. */
export type HistogramName = CohortHistogram | CellHistogram | 'itl';

/** Slowdown is recorded in fixed point so that values below 1 have buckets. */
export const SLOWDOWN_ONE = 2 ** 20;
/** Presented unit of one recorded unit: ms of a nanosecond, ms of a tick, or a ratio. */
export const scaleOf = (name: HistogramName): number =>
  name === 'slowdown' ? 1 / SLOWDOWN_ONE : name === 'itl' ? 1e-6 / TICKS_PER_NS : 1e-6;
export const unitOf = (name: HistogramName): string => (name === 'slowdown' ? 'ratio' : 'ms');

/**
 * Counters of each cohort. `measured_`: requests that arrived at or after warm-up; `window_`: events inside
 * [warm-up, duration); without prefix: everything, drain included.
 */
export const COUNTERS = [
  'arrivals',
  ...END_STATES,
  'prompt_tokens',
  'output_tokens',
  'measured_arrivals',
  'measured_finished',
  'window_finished',
  'window_prompt_tokens',
  'window_output_tokens',
  'slo_met',
  'window_slo_met',
  'ttft_met',
  'tpot_met',
  'e2el_met',
  'tpot_undefined',
  'dedup_joins',
  'preemptions',
  'lookups_object',
  'lookups_disk',
  'lookups_host',
  'lookups_gpu',
  'measured_lookups_object',
  'measured_lookups_disk',
  'measured_lookups_host',
  'measured_lookups_gpu',
  'measured_lookup_bytes_object',
  'measured_lookup_bytes_disk',
  'measured_lookup_bytes_host',
  'measured_lookup_bytes_gpu',
] as const;
export type Counter = (typeof COUNTERS)[number];

/** Counts of the cell as a whole, warm-up and drain included. */
export const TOTALS = [
  'loads_object',
  'loads_disk',
  'load_bytes_object',
  'load_bytes_disk',
  'activations',
  'activated_bytes',
  'evictions_object',
  'evictions_disk',
  'evictions_host',
  'evictions_gpu',
  'evicted_bytes_object',
  'evicted_bytes_disk',
  'evicted_bytes_host',
  'evicted_bytes_gpu',
  'steps',
] as const;
export type Total = (typeof TOTALS)[number];

/** Columns of the time series. Parts are ticks of step time, gauges are integrals (value · ns). */
export const SERIES = [
  'arrivals',
  'finished',
  'refused',
  'slo_met',
  'prompt_tokens',
  'output_tokens',
  'lookups_object',
  'lookups_disk',
  'lookups_host',
  'lookups_gpu',
  'loads',
  'load_bytes',
  'activations',
  'evictions',
  'dedup_joins',
  'preemptions',
  ...COST_PARTS.map((part) => `part_${part}` as const),
  ...GAUGES.map((gauge) => `gauge_${gauge}` as const),
] as const;
export type SeriesColumn = (typeof SERIES)[number];

/** Latencies whose distribution is also kept for each bucket of the time series. */
export const SERIES_HISTOGRAMS = ['ttft', 'tpot', 'e2el'] as const;

/**
 * Positions by name. The objects are built by key, which leaves them in V8's dictionary mode: hot code copies the positions it
 * uses into an object literal of its own, whose fields fold into constants.
 */
const positions = <T extends string>(names: readonly T[]): Readonly<Record<T, number>> =>
  Object.fromEntries(names.map((name, at) => [name, at])) as Record<T, number>;

export const COHORT_HISTOGRAM_AT = positions(COHORT_HISTOGRAMS);
export const CELL_HISTOGRAM_AT = positions(CELL_HISTOGRAMS);
export const COUNTER_AT = positions(COUNTERS);
export const TOTAL_AT = positions(TOTALS);
export const SERIES_AT = positions(SERIES);
export const GAUGE_AT = positions(GAUGES);
