/** distributions.arrow: every histogram, its non-empty buckets only. */
import { type RunFacts, scopesOf } from '../facts.ts';
import { CELL_HISTOGRAMS, COHORT_HISTOGRAMS, type HistogramName, unitOf } from '../layout.ts';
import { histogramOf, type RunResult } from '../result.ts';
import { encode, type TableSpec } from './arrow.ts';

const NAMES: readonly HistogramName[] = [...COHORT_HISTOGRAMS, 'itl', ...CELL_HISTOGRAMS];

export function distributionsTable(run: RunResult, facts: RunFacts): TableSpec {
  const metric: string[] = [];
  const cohort: string[] = [];
  const upper: number[] = [];
  const counts: number[] = [];
  const cumulative: number[] = [];
  for (const name of NAMES) {
    for (const { scope, name: whose } of scopesOf(facts)) {
      let below = 0;
      for (const bucket of histogramOf(run, name, scope)?.distribution() ?? []) {
        below += bucket.count;
        metric.push(unitOf(name) === 'ms' ? `${name}_ms` : name);
        cohort.push(whose);
        upper.push(bucket.upper);
        counts.push(bucket.count);
        cumulative.push(below);
      }
    }
  }
  return {
    name: 'distributions',
    columns: [
      { name: 'metric', unit: 'name', description: 'latency (ms) or slowdown (ratio)', data: encode(metric) },
      { name: 'cohort', unit: 'name', description: 'cohort, or all', data: encode(cohort) },
      {
        name: 'upper_value',
        unit: 'ms or ratio',
        description: 'all samples of the row are below this, and at most 0.4 % below',
        data: Float64Array.from(upper),
      },
      { name: 'count', unit: 'count', description: 'samples in the bucket', data: Float64Array.from(counts) },
      {
        name: 'cumulative',
        unit: 'count',
        description: 'samples below upper_value',
        data: Float64Array.from(cumulative),
      },
    ],
  };
}
