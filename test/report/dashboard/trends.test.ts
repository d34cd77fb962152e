import { describe, expect, it } from 'vitest';
import type { HistoryLine } from '../../../src/metrics/history.ts';
import { rowsOf } from '../../../src/report/dashboard/history-figure.ts';
import { scenarioHistories } from '../../../src/report/dashboard/trends.ts';

const line = (day: number, ttft: number, rest: Partial<HistoryLine> = {}): HistoryLine => ({
  schema_version: 1,
  date: `2026-01-0${day}T00:00:00Z`,
  commit: null,
  dirty: false,
  version: '0.1.0',
  scenario: 'smoke',
  run_hash: 'a',
  seed: '1',
  node_major: 20,
  arch: 'x64',
  passed: true,
  metrics: { ttft_ms_p99: { value: ttft, unit: 'ms' } },
  harness: null,
  ...rest,
});

describe('the history of runs', () => {
  it('keeps systems apart that differ in what was set, however their runs alternate', () => {
    const l40s = { set: ['hardware.gpu=l40s'], run_hash: 'b' };
    const histories = scenarioHistories([line(1, 100), line(2, 900, l40s), line(3, 101), line(4, 990, l40s)]);
    expect(histories.map(({ scenario, runs, moved }) => [scenario, runs, moved])).toEqual([
      ['smoke', 2, { better: [], worse: [] }],
      ['smoke with hardware.gpu=l40s', 2, { better: [], worse: ['ttft_ms_p99'] }],
    ]);
  });

  it('takes seeds for draws, and lines without settings for the scenario as it stands', () => {
    const names = scenarioHistories([line(1, 100), line(2, 100, { set: [], seed: '2' })]).map((one) => one.scenario);
    expect(names).toEqual(['smoke (seed 1)', 'smoke (seed 2)']);
  });

  it('begins another line where the scenario changes, and compares nothing over it', () => {
    const [{ moved, trends }] = scenarioHistories([line(1, 100), line(2, 120), line(3, 10, { run_hash: 'c' })]);
    expect(moved).toBeNull();
    const [trend] = trends;
    expect(trend.points.map(({ move }) => move)).toEqual(['same', 'worse', 'new scenario']);
    expect(rowsOf(trend).map(({ version }) => version)).toEqual([0, 0, 1]);
  });
});
