/**
 * Cross-validation of the base model's cost on a few measured steps (ai-dynamo/aiconfigurator@095f58a, Apache-2.0): fitted to one GPU,
 * held against two others; and the calibrations that are shipped against rows they were not fitted to.
 */
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EngineCalibration } from '../../src/scenario/engine-calibration.ts';
import { errorOf, fitRows } from '../../src/study/reproduce/fit.ts';
import { readReproduction } from '../../src/study/reproduce/published.ts';
import { type PublishedRow, rowsOf } from '../../src/study/reproduce/rows.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios/published');
const METRICS = ['tpot_ms_mean'];

/** Short answers and few clients: rows that simulate in milliseconds. */
function rowsFrom(name: string): PublishedRow[] {
  const few = rowsOf(readReproduction(join(FOLDER, `${name}.published.yaml`))).filter(
    ({ settings }) => Number(settings.output) <= 1024 && Number(settings.clients) <= 32,
  );
  return few.filter((_, i) => i % 2 === 0);
}

describe('base engines', () => {
  test('fitted to Llama-3.1-70B on H200, steps on H100 and B200 are within 12%, and better than without a fit', () => {
    const rows = rowsFrom('base-vllm-2025');
    const on = (gpu: string) => rows.filter(({ group }) => group.name.includes(gpu));
    const fitted = fitRows(on('h200'), {
      search: {
        memory_efficiency: { start: 0.85, low: 0.3, high: 1 },
        step_overhead: { start: 2e-3, low: 0, high: 15e-3 },
      },
      fixed: { flops_efficiency: 0.4, kernel_gap: 1.7e-6, collective_base: 9.5e-6 },
      metrics: METRICS,
      evaluations: 14,
    });
    for (const gpu of ['h100', 'b200']) {
      const held = errorOf(on(gpu), fitted, METRICS).tpot_ms_mean;
      const bare = errorOf(on(gpu), { ...DEFAULTS }, METRICS).tpot_ms_mean;
      expect([gpu, held < 0.12, held < bare]).toEqual([gpu, true, true]);
    }
  });

  test('the shipped calibration holds on GPUs that it was not fitted to', () => {
    const rows = rowsFrom('base-vllm-2025').filter(({ group }) => group.use === 'held-out');
    expect(rows.length).toBeGreaterThan(5);
    const { parameters } = rows[0].scenario.serving.cost.params.data as EngineCalibration;
    expect(errorOf(rows, parameters, METRICS).tpot_ms_mean).toBeLessThan(0.1);
  });
});

/** The roofline as a scenario has it that says nothing. */
const DEFAULTS = {
  memory_efficiency: 0.8,
  flops_efficiency: 0.7,
  step_overhead: 1e-3,
  kernel_gap: 1e-6,
  collective_base: 6.6e-6,
};
