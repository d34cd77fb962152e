/** What figures call metrics and fields of the scenario: words, where tables and data columns have identifiers. */

/** Metrics with a statistic behind an underscore: `ttft_ms_p99`. */
const MEASURES: Readonly<Record<string, string>> = {
  ttft_ms: 'time to first token',
  tpot_ms: 'time per output token',
  itl_ms: 'time between tokens',
  e2el_ms: 'time to last token',
  queue_ms: 'wait for the batch',
  adapter_wait_ms: 'wait for the adapter',
  alone_ms: 'time to last token, alone',
  slowdown: 'slowdown against being alone',
  load_ms: 'load of an adapter',
};

const METRICS: Readonly<Record<string, string>> = {
  slo_attainment: 'share within objectives',
  slo_ttft_attainment: 'share within the first token’s objective',
  slo_tpot_attainment: 'share within the pace’s objective',
  slo_e2el_attainment: 'share within the whole answer’s objective',
  goodput_rps: 'requests/s within objectives',
  request_rps: 'requests finished a second',
  output_tps: 'output tokens a second',
  total_tps: 'tokens a second, of prompts and output',
  rejections: 'requests refused',
  preemptions: 'preemptions',
  unfinished: 'requests left unfinished',
  hit_ratio_gpu: 'GPU hit ratio',
  hit_ratio_host: 'host memory hit ratio',
  hit_ratio_disk: 'disk hit ratio',
  cold_ratio: 'share of lookups that are cold',
  jain_users: 'Jain’s index of users’ speed',
  gini_users: 'Gini of users’ service',
  replica_utilisation: 'share of time that replicas are busy',
  kv_utilisation: 'share of the KV cache in use',
  cost_usd_per_user_month: 'US dollars a user and month',
  cost_usd_per_million_tokens: 'US dollars a million tokens',
};

/** "time to first token, p99"; what has no name of its own reads as its identifier does, with spaces. */
export function metricName(metric: string): string {
  const own = METRICS[metric];
  if (own !== undefined) return own;
  const [, measure, statistic] = /^(.+)_(p\d+|mean|max)$/.exec(metric) ?? [];
  const name = MEASURES[measure];
  return name === undefined ? metric.replaceAll('_', ' ') : `${name}, ${STATISTICS[statistic] ?? statistic}`;
}
const STATISTICS: Readonly<Record<string, string>> = { p50: 'median', p999: 'p99.9' };

const FIELDS: Readonly<Record<string, string>> = {
  'population.rate': 'requests arriving a second',
  'population.rate_per_user': 'requests a second of each user',
};
/** Last words that say nothing without the word before them. */
const PARTS = ['capacity', 'eviction', 'bandwidth', 'latency', 'name', 'exponent', 'law', 'enabled', 'size', 'count'];

/** A field's path as a heading: "users", "host capacity"; with its unit where that is none of its words. */
export function fieldName(path: string, unit: string = ''): string {
  const known = FIELDS[path];
  if (known !== undefined) return known;
  const words = path.split('.');
  const last = words.at(-1)!;
  const shown = PARTS.includes(last) ? words.slice(-2).join(' ') : last;
  return `${shown.replaceAll('_', ' ')}${unit === '' ? '' : `, ${unit}`}`;
}
