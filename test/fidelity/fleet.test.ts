import { join } from 'node:path';
import { expect, it } from 'vitest';
import { PLAN_METRICS } from '../../src/study/reproduce/plan-metrics.ts';
import { readReproduction } from '../../src/study/reproduce/published.ts';
import { rowsOf } from '../../src/study/reproduce/rows.ts';

const FILE = join(import.meta.dirname, '../../scenarios/published/mint-fleet.published.yaml');

it("MinT's fleet arithmetic comes out engine for engine", () => {
  const rows = rowsOf(readReproduction(FILE));
  expect(rows.length).toBe(4);
  for (const { label, scenario, published } of rows) {
    for (const [metric, value] of published) {
      expect([label, metric, PLAN_METRICS[metric].of(scenario)]).toEqual([label, metric, value]);
    }
  }
});
