/** KV tokens that vLLM 0.8.5 has left beside its adapter slots: fitted at rank 16, held against ranks 8 and 32. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { PLAN_METRICS } from '../../src/study/reproduce/plan-metrics.ts';
import { readReproduction } from '../../src/study/reproduce/published.ts';
import { rowsOf } from '../../src/study/reproduce/rows.ts';

test('are within 2% of what was measured, for every rank and number of slots', () => {
  const path = join(import.meta.dirname, '../../scenarios/published/vllm-0.8-lora-grid.published.yaml');
  const reproduction = readReproduction(path);
  const groups = reproduction.file.groups.filter(({ columns }) => columns.includes('kv_tokens'));
  const rows = rowsOf({ ...reproduction, file: { ...reproduction.file, groups } });
  expect(rows.length).toBeGreaterThan(20);
  const far = rows
    .map(({ label, scenario, published }) => [
      label,
      PLAN_METRICS.kv_tokens.of(scenario) / published.get('kv_tokens')! - 1,
    ])
    .filter(([, error]) => Math.abs(Number(error)) > 0.02);
  expect(far).toEqual([]);
});
