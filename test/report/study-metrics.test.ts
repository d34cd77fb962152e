/** What a sweep shows where nobody asked: the metrics that its axes change, axis values in their unit, axes that change nothing. */
import { describe, expect, it } from 'vitest';
import { drawAll } from '../../src/report/draw.ts';
import { fieldValue } from '../../src/report/field-value.ts';
import { markdownStudy } from '../../src/report/markdown-study.ts';
import type { SummaryRow } from '../../src/report/run-data.ts';
import { type StudyTables, studyDigest, studyRuns } from '../../src/report/study-digest.ts';
import { changedMetrics, idleAxes } from '../../src/report/study-metrics.ts';

const GIB = 2 ** 30;
const row = (metric: string, unit: string, value: number, half: number): SummaryRow => ({
  ...{ metric, cohort: 'all', unit, value, n: 100 },
  lo: value - half,
  hi: value + half,
});

/** Eviction × capacity: capacity moves host hits and cold lookups, `policy` is what eviction does to them. */
function study(policy: number): StudyTables {
  const capacities = [64, 256, 1024];
  const written = ['64GiB', '256GiB', '1TiB'];
  const settings = [0, 1].flatMap((eviction) =>
    capacities.map((_, at) => {
      const host = 0.13 + 0.2 * at + eviction * policy;
      return {
        setting: eviction * 3 + at,
        passed: 2,
        summary: [
          row('ttft_ms_p99', 'ms', 300 - at, 20),
          row('tpot_ms_p99', 'ms', 12.1, 0.1),
          row('slo_attainment', 'fraction', 0.999, 0),
          row('hit_ratio_gpu', 'fraction', 0.316, at === 0 ? 0 : 0.004),
          row('hit_ratio_host', 'fraction', host, 0.01),
          row('cold_ratio', 'fraction', 0.684 - host, 0.01),
          row('cost_usd_per_user_month', 'USD', 0.877, 0),
        ],
      };
    }),
  );
  return {
    ...{ name: 'tiers', description: '', hash: 'f'.repeat(64), command: 'mint-bench sweep', replications: 2, settings },
    axes: [
      {
        ...{ path: 'serving.tiers.host.eviction', unit: 'name' },
        values: ['lru', 'lru', 'lru', 'sieve', 'sieve', 'sieve'],
        written: ['lru', 'lru', 'lru', 'sieve', 'sieve', 'sieve'],
      },
      {
        ...{ path: 'serving.tiers.host.capacity', unit: 'B' },
        values: [...capacities, ...capacities].map((gib) => gib * GIB),
        written: [...written, ...written],
      },
    ],
  };
}

describe('what is shown', () => {
  it('follows the axes, with a latency and a cost', () => {
    const shown = ['ttft_ms_p99', 'hit_ratio_host', 'cold_ratio', 'cost_usd_per_user_month'];
    expect(changedMetrics(study(0.1).settings)).toEqual(shown);
    expect(studyDigest(study(0.1)).header.slice(2)).toEqual(shown);
  });

  it('leaves out what lies within the intervals', () => {
    const wide = study(0.1).settings.map((one) => ({
      summary: one.summary.map((found) => ({ ...found, lo: 0, hi: 1000 })),
    }));
    expect(changedMetrics(wide)).toEqual(['ttft_ms_p99', 'cost_usd_per_user_month']);
  });

  it('is what the figure draws too, with the capacities in their unit', async () => {
    const drawn = await drawAll(
      'study',
      studyRuns(study(0.1)),
      { kind: 'simulated', source: 'x' },
      { only: ['sweep-grid'], png: false },
    );
    const svg = drawn[0].file;
    for (const said of ['64 GiB', '256 GiB', '1 TiB', 'host memory hit ratio', 'lookups that are cold'])
      expect(svg).toContain(said);
    for (const said of ['68.7', 'GPU hit ratio', 'per output token']) expect(svg).not.toContain(said);
  });
});

describe('the sentence of a study that is judged', () => {
  const judged = (passed: readonly number[], prices: readonly number[]) => {
    const base = study(0.1);
    const priced = base.settings.map((one, at) => ({
      ...{ ...one, passed: passed[at] },
      summary: one.summary.map((found) => (found.unit === 'USD' ? { ...found, value: prices[at] } : found)),
    }));
    return studyDigest({ ...base, settings: priced }).verdict.sentence;
  };

  it('names the cheapest setting only where one is', () => {
    const same = [1, 1, 1, 1, 1, 1];
    const start = (n: number) => `${n} of 6 settings meet their thresholds in every replication; `;
    expect(judged([2, 2, 0, 0, 0, 0], same)).toBe(`${start(2)}all of those cost the same, $1 a user and month.`);
    expect(judged([2, 2, 2, 0, 0, 0], [1, 1, 2, 1, 1, 1])).toBe(
      `${start(3)}2 of those cost least, $1 a user and month.`,
    );
    expect(judged([2, 2, 0, 0, 0, 0], [2, 1, 1, 1, 1, 1])).toContain('serving.tiers.host.capacity=256 GiB costs least');
    expect(judged([2, 0, 0, 0, 0, 0], same)).toContain('serving.tiers.host.capacity=64 GiB costs least');
  });
});

describe('an axis that changes nothing', () => {
  it('is named in the verdict box and in summary.md', () => {
    const digest = studyDigest(study(0));
    expect(digest.notes).toHaveLength(1);
    expect(digest.notes[0]).toMatch(/^serving\.tiers\.host\.eviction changes none of ttft_ms_p99, .*hit_ratio_host/);
    expect(digest.verdict.because.map(({ text }) => text)).toContain(digest.notes[0]);
    expect(markdownStudy(digest, 'f', [])).toContain('changes none of');
  });

  it('may differ by rounding, and by no more', () => {
    expect(idleAxes(study(0.001))).toHaveLength(1);
    expect(idleAxes(study(0.002))).toEqual([]);
  });
});

it('marks values on which both replications agree, among those with a range', () => {
  const digest = studyDigest(study(0.1), ['hit_ratio_gpu', 'cost_usd_per_user_month']);
  expect(digest.rows[0].slice(2)).toEqual(['31.6%, both', '$0.877']);
  expect(digest.rows[1].slice(2)).toEqual(['31.6% [31.2%, 32%]', '$0.877']);
});

it.each([
  [64 * GIB, 'B', '64GiB', '64 GiB'],
  [64 * GIB, 'B', '68719476736B', '64 GiB'],
  [64 * GIB, 'B', '68719476736', '64 GiB'],
  [90, 's', '90s', '90 s'],
  [90, 's', '90', '1.5 min'],
  [12.5e9, 'B/s', '12.5GB/s', '12.5 GB/s'],
  [0.05, 'fraction', '5%', '5%'],
  [1e6, 'number', '1M', '1M'],
  [5000, 'number', '5_000', '5,000'],
  [1e7, 'number', '10000000', '10,000,000'],
  [512, 'number', '512', '512'],
  [0.25, 'number', '0.25', '0.25'],
  ['2024', 'name', '2024', '2024'],
  [40, '1/s', '40/s', '40/s'],
  ['lru', 'name', 'lru', 'lru'],
])('labels %s %s, written %s, as %s', (value, unit, written, label) => {
  expect(fieldValue(value, unit, written)).toBe(label);
});
