/** What a table says under itself of the brackets beside its values. */
import { expect, it } from 'vitest';
import { type TablePart, tableOf } from '../../src/cli/metric-table.ts';

const part = (label: string, replications: number, lo: number | null = 80): TablePart => ({
  ...{ label, source: label, replications, keys: [], metrics: null },
  rows: [
    {
      values: {},
      summary: [{ metric: 'ttft_ms_p99', cohort: 'all', unit: 'ms', value: 90, n: 9, lo, hi: lo === null ? null : 99 }],
    },
  ],
});
const OPTIONS = { metrics: ['ttft_ms_p99'], headings: ['TTFT p99'], cohort: 'all', exact: false };

it.each([
  [[part('a', 1, null)], 'Simulated (a).'],
  [[part('a', 1)], 'Simulated; in brackets 95% intervals within the run, clipped at what is possible (a).'],
  [[part('a', 5), part('b', 5)], /; in brackets 95% intervals over 5 replications, clipped/],
  [
    [part('a', 1), part('b', 5), part('c', 1), part('d', 2), part('e', 9, null)],
    /; in brackets 95% intervals within the run \(a, c\), 95% intervals over 5 replications \(b\), the values of the 2 replications, which are too few for an interval \(d\), clipped/,
  ],
])('%#', (parts, caption) => {
  expect(tableOf(parts, OPTIONS).caption).toMatch(caption);
});
