import { describe, expect, it } from 'vitest';
import { explainMetric, METRICS, metricNamed } from '../../../src/metrics/catalog/index.ts';
import { histogramOf, mergeCells } from '../../../src/metrics/result.ts';
import { formatValue, summarise, summaryValue } from '../../../src/metrics/summary.ts';
import { summaryDocument } from '../../../src/metrics/summary-json.ts';
import type { encode, TableSpec } from '../../../src/metrics/tables/arrow.ts';
import { breakdownTable } from '../../../src/metrics/tables/cohorts.ts';
import { distributionsTable } from '../../../src/metrics/tables/distributions.ts';
import { evaluateThresholds, passed } from '../../../src/metrics/thresholds.ts';
import type { Scenario, Threshold } from '../../../src/scenario/scenario.ts';
import { FACTS, madeUpCell, play } from '../synthetic.ts';

const cell = madeUpCell('summary', 2000);
const run = mergeCells([play(cell).result()]);
const rows = summarise(run, FACTS);
const value = (metric: string, cohort = 'all') => summaryValue(rows, metric, cohort)!;
const finished = cell.requests.filter((r) => r.endState === 0);
const { warmupNs, durationNs } = cell.options;
const window = finished.filter((r) => r.endNs >= warmupNs && r.endNs < durationNs);
const measured = cell.requests.filter((r) => r.arrivalNs >= warmupNs);
const tokens = window.reduce((sum, r) => sum + r.promptTokens + r.outputTokens, 0);

describe('the catalog', () => {
  it('names every metric once, with a definition, and explains groups', () => {
    expect(new Set(METRICS.map((metric) => metric.name)).size).toBe(METRICS.length);
    for (const metric of METRICS) {
      expect(metric.name).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(metric.definition).toMatch(/^[A-Z].*[.]$/);
      expect(metric.unit).not.toBe('');
    }
    expect(explainMetric('tpot').map((metric) => metric.name)).toContain('tpot_ms_p99');
    expect(explainMetric('tpot')[0].note).toContain('GuideLLM');
    expect(explainMetric('slo_attainment')).toEqual([metricNamed('slo_attainment')]);
    expect(explainMetric('no_such')).toEqual([]);
  });

  it('has the names that scenarios and comparisons rely on', () => {
    const names = `ttft_ms_p50 ttft_ms_p99 tpot_ms_p90 itl_ms_p95 e2el_ms_mean queue_ms_p99 adapter_wait_ms_p99 request_rps
      output_tps total_tps goodput_rps slo_attainment hit_ratio_gpu hit_ratio_host hit_ratio_disk byte_hit_ratio_gpu cold_loads
      dedup_joins evictions rejections preemptions gpu_active_adapters_mean gpu_active_adapters_peak host_resident_adapters_mean
      slowdown_p50 slowdown_p99 jain_users jain_cohorts gini_users unfinished cost_usd_per_million_tokens
      cost_usd_per_user_month energy_wh_per_request replica_utilisation kv_utilisation load_ms_p99 step_share_lora`;
    for (const name of names.split(/\s+/)) expect(metricNamed(name), name).toBeDefined();
  });
});

describe('a cohort of the name all', () => {
  it('is the whole run: told once in every table', () => {
    const facts = { ...FACTS, cohorts: ['all'], hasSlo: [true] };
    const options = { ...cell.options, cohorts: 1, slo: [null] };
    const requests = cell.requests.map((request) => ({ ...request, cohort: 0 }));
    const one = mergeCells([play({ ...cell, options, requests }).result()]);
    const keys = summarise(one, facts).map(({ metric, cohort }) => `${metric} ${cohort}`);
    // Nothing was trained in this run: what metrics of revisions say does not apply.
    const applying = METRICS.filter(({ applies }) => applies === undefined);
    expect(keys).toEqual(applying.map(({ name }) => `${name} all`));
    const rowsOf = ({ columns: [name, cohort] }: TableSpec) =>
      [name, cohort]
        .map(({ data }) => data as ReturnType<typeof encode>)
        .map(({ codes, labels }) => Array.from(codes, (code) => labels[code]));
    expect(rowsOf(breakdownTable(one, facts))).toEqual([
      ['alone', 'queue', 'adapter_wait', 'batching'],
      Array(4).fill('all'),
    ]);
    const [metrics, cohorts] = rowsOf(distributionsTable(one, facts));
    expect(new Set(cohorts)).toEqual(new Set(['all']));
    // One stretch a metric: told twice, there would be two.
    const stretches = metrics.filter((metric, i) => i === 0 || metric !== metrics[i - 1]);
    expect(new Set(stretches).size).toBe(stretches.length);
  });
});

describe('values, from the lists', () => {
  it('rates are of what finished in the window, over the window', () => {
    expect(value('request_rps')).toBeCloseTo(window.length / 90, 9);
    expect(value('total_tps')).toBeCloseTo(tokens / 90, 9);
    const pro = window.filter((r) => r.cohort === 1).length;
    expect(value('request_rps', 'pro')).toBeCloseTo(pro / 90, 9);
    const makespan = Math.max(...finished.map((r) => r.endNs)) - Math.min(...cell.requests.map((r) => r.arrivalNs));
    expect(value('makespan_rps')).toBeCloseTo(finished.length / (makespan / 1e9), 9);
  });

  it('attainment is a share of arrivals of cohorts with an SLO: rejected requests missed it', () => {
    const met = measured.filter(
      (r) =>
        r.cohort === 1 &&
        r.endState === 0 &&
        r.firstTokenNs - r.arrivalNs <= 0.5e9 &&
        (r.outputTokens === 1 || (r.endNs - r.firstTokenNs) / (r.outputTokens - 1) <= 0.02e9) &&
        r.endNs - r.arrivalNs <= 5e9,
    );
    const share = met.length / measured.filter((r) => r.cohort === 1).length;
    expect(value('slo_attainment')).toBeCloseTo(share, 12);
    expect(value('slo_attainment', 'pro')).toBeCloseTo(share, 12);
    expect(value('slo_attainment', 'free')).toBeNull();
  });

  it('hit ratios of the tiers and of a cold start add up', () => {
    const shares = [0, 1, 2, 3].map((tier) => measured.filter((r) => r.tier === tier).length / measured.length);
    expect(value('hit_ratio_gpu')).toBeCloseTo(shares[3], 12);
    expect(value('hit_ratio_host')! + value('hit_ratio_gpu')! + value('cold_ratio')!).toBeCloseTo(1, 12);
    expect(value('cold_ratio')).toBeCloseTo(shares[0] + shares[1], 12);
  });

  it('money and energy follow from rent, nameplate power and the window', () => {
    const rent = 36 * (90 / 3600);
    expect(value('cost_usd_per_million_tokens')).toBeCloseTo((rent / tokens) * 1e6, 9);
    expect(value('cost_usd_per_user_month')).toBeCloseTo((36 * 730.5) / 100, 9);
    expect(value('dedicated_usd_per_user_month')).toBeCloseTo((36 * 730.5) / 4, 9);
    expect(value('energy_wh_per_request')).toBeCloseTo((7200 * (90 / 3600)) / window.length, 9);
  });

  it('shares of step time add up to one', () => {
    const shares = ['base', 'attention', 'lora', 'collective', 'launch', 'stall'].map(
      (part) => value(`step_share_${part}`)!,
    );
    expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
    expect(shares[2]).toBeCloseTo(1 / 3, 6);
  });

  it('fairness is over users with a request', () => {
    const users = [...new Set(cell.requests.map((r) => r.user))];
    const speeds = users.map((user) => {
      const mine = cell.requests.filter((r) => r.user === user);
      const sum = mine.reduce((total, r) => total + (r.endState === 0 ? r.aloneNs / (r.endNs - r.arrivalNs) : 0), 0);
      return sum / mine.length;
    });
    const sum = speeds.reduce((total, speed) => total + speed, 0);
    const squares = speeds.reduce((total, speed) => total + speed * speed, 0);
    expect(value('jain_users')).toBeCloseTo((sum * sum) / (users.length * squares), 5);
    expect(rows.find((row) => row.metric === 'jain_users')!.n).toBe(users.length);
  });

  it('an interval holds its value, and is given only where the sections are thick enough', () => {
    const row = rows.find((r) => r.metric === 'e2el_ms_p50' && r.cohort === 'all')!;
    expect(row.lo).toBeLessThan(row.value!);
    expect(row.hi).toBeGreaterThan(row.value!);
    expect(row.hi! - row.lo!).toBeLessThan(row.value!);
    expect(rows.find((r) => r.metric === 'e2el_ms_p999' && r.cohort === 'all')!.lo).toBeNull();
  });

  it('an empty run gives null and –, never 0 or NaN', () => {
    const empty = mergeCells([play({ ...madeUpCell('e', 0), runs: [], gauges: [] }).result()]);
    const none = summarise(empty, FACTS);
    for (const metric of [
      'ttft_ms_p99',
      'slo_attainment',
      'hit_ratio_gpu',
      'jain_users',
      'step_share_lora',
      'energy_wh_per_request',
    ]) {
      expect(summaryValue(none, metric), metric).toBeNull();
    }
    expect(summaryValue(none, 'request_rps')).toBe(0);
    expect(none.every((row) => row.value === null || Number.isFinite(row.value))).toBe(true);
    expect(formatValue(null)).toBe('–');
  });
});

it('values are printed to four digits', () => {
  const printed = [0, 1, 0.98765, 12.3456, 1234.5, 1234567, 0.000012345, 1e-9, -42.1234, 3e20].map(formatValue);
  expect(printed).toEqual([
    '0',
    '1',
    '0.9877',
    '12.35',
    '1,235',
    '1,234,567',
    '0.00001234',
    '1.000e-9',
    '-42.12',
    '3.000e+20',
  ]);
});

describe('thresholds', () => {
  const threshold = (metric: string, op: Threshold['op'], bound: number, severity: Threshold['severity'] = 'fail') => ({
    metric,
    op,
    value: bound,
    severity,
  });

  it('compare the value of the whole run', () => {
    const p99 = histogramOf(run, 'ttft')!.quantile(0.99)!;
    const verdicts = evaluateThresholds(
      [
        threshold('ttft_ms_p99', '<', p99 + 1),
        threshold('ttft_ms_p99', '<', p99),
        threshold('ttft_ms_p99', '<=', p99),
        threshold('arrivals', '==', 2000),
        threshold('arrivals', '!=', 2000, 'warn'),
        threshold('hit_ratio_gpu', '>', 0.9, 'warn'),
      ],
      rows,
    );
    expect(verdicts.map((verdict) => verdict.ok)).toEqual([true, false, true, true, false, false]);
    expect(verdicts[0].actual).toBe(p99);
    expect(passed(verdicts)).toBe(false);
    expect(passed(verdicts.filter((_, i) => i !== 1))).toBe(true);
  });

  it('fail on an empty sample, and refuse a metric that does not exist', () => {
    expect(evaluateThresholds([threshold('load_ms_p99', '<', 1e9)], rows)[0]).toMatchObject({
      actual: null,
      ok: false,
    });
    expect(() => evaluateThresholds([threshold('ttft_p99', '<', 1)], rows)).toThrow(/ttft_p99 < 1/);
  });

  it('stand in summary.json beside the metrics, which parse back to the rows', () => {
    const verdicts = evaluateThresholds([threshold('arrivals', '>', 1)], rows);
    const scenario = { name: 'made-up', seed: '1' } as Scenario;
    const input = { scenario, runHash: 'abc', run, facts: FACTS, rows, verdicts, passed: passed(verdicts) };
    const document = JSON.parse(JSON.stringify(summaryDocument(input)));
    expect(document).toMatchObject({
      schema_version: 1,
      run_hash: 'abc',
      passed: true,
      thresholds: [{ actual: 2000, ok: true }],
    });
    for (const row of rows) {
      const entry = document.metrics[row.metric];
      expect((row.cohort === 'all' ? entry : entry.cohorts[row.cohort]).value).toBe(row.value);
    }
    expect(document.counters.pro.arrivals + document.counters.free.arrivals).toBe(2000);
  });
});
