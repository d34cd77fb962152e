/** How near to its bounds a run is said to be: what most is used of, and as how much. */
import { expect, it } from 'vitest';
import { headroomOf, waitShare } from '../../src/metrics/headroom.ts';
import type { SummaryRow } from '../../src/metrics/summary.ts';
import type { Verdict } from '../../src/metrics/thresholds.ts';
import type { Scenario } from '../../src/scenario/scenario.ts';

const slo = { chat: { ttft: 2, tpot: 0.05, e2el: Number.POSITIVE_INFINITY }, slow: { ttft: 10, tpot: 1, e2el: 1000 } };
const scenario = {
  slo,
  population: { cohorts: ['chat', 'slow'].map((name) => ({ name, slo: name })) },
  hardware: { replicas: 2 },
  serving: { max_batch: 10, loader: { concurrency: 4 } },
} as unknown as Scenario;
const row = (metric: string, value: number | null, cohort = 'all'): SummaryRow => ({
  ...{ metric, cohort, unit: '', value, n: 1, lo: null, hi: null },
});
const verdict = (metric: string, op: Verdict['op'], value: number, actual: number | null): Verdict => ({
  ...{ metric, op, value, actual, ok: true, severity: 'fail' },
});
const bound = (rows: SummaryRow[], verdicts: Verdict[] = []) => headroomOf(rows, scenario, verdicts).bound;

it('takes an upper bound, a lower one and a share of arrivals each by what is used of it', () => {
  expect(bound([], [verdict('ttft_ms_p99', '<', 2000, 500)])?.share).toBe(0.25);
  expect(bound([], [verdict('request_rps', '>=', 8, 10)])?.share).toBe(0.8);
  // 97% of at least 95%: three of the five hundredths that may be missing are.
  expect(bound([], [verdict('slo_attainment', '>=', 0.95, 0.97)])?.share).toBeCloseTo(0.6, 12);
  expect(bound([], [verdict('ttft_ms_p99', '<', 2000, null)])).toBeNull();
});

it('looks at the objectives of each cohort, at the quantile that attainment is asked for, and names the nearest', () => {
  const rows = [
    row('ttft_ms_p99', 900, 'chat'),
    row('ttft_ms_p99', 9000, 'slow'),
    row('ttft_ms_p95', 800, 'chat'),
    row('ttft_ms_p95', 2000, 'slow'),
    row('e2el_ms_p95', 1e9, 'chat'),
  ];
  expect(bound(rows)).toEqual({ text: 'ttft_ms_p99 of slow at 90% of its objective', share: 0.9 });
  expect(bound(rows, [verdict('slo_attainment', '>=', 0.95, 1)])).toMatchObject({
    share: 0.4,
    text: 'ttft_ms_p95 of chat at 40% of its objective',
  });
});

it('names the fullest resource by the capacity of all replicas', () => {
  const rows = [row('running_peak', 5), row('kv_utilisation', 0.2), row('loads_in_flight_mean', 4)];
  expect(headroomOf(rows, scenario, []).resource).toEqual({ text: 'loaders, 50% on average', share: 0.5 });
  expect(headroomOf([...rows.slice(1), row('running_peak', 19)], scenario, []).resource.share).toBe(0.95);
});

it('has waits as a share of the whole time of a request', () => {
  expect(waitShare({ e2el_ms_mean: 1000, queue_ms_mean: 30, adapter_wait_ms_mean: 20 })).toBe(0.05);
  expect(waitShare({})).toBeNull();
});
