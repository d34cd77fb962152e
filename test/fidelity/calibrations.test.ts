/** Calibrations that are shipped say what they rest on; and an engine with adapters, fitted to one model, is held against another. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { engineCalibrationSchema } from '../../src/scenario/engine-calibration.ts';
import { errorOf, fitRows } from '../../src/study/reproduce/fit.ts';
import { constantOf } from '../../src/study/reproduce/frontend.ts';
import { readReproduction, reproductionsIn } from '../../src/study/reproduce/published.ts';
import { rowsOf } from '../../src/study/reproduce/rows.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios/published');

describe('shipped calibrations', () => {
  const files = readdirSync(join(FOLDER, 'engines'));
  test.each(files)('%s names its rows and was fitted again without each group', (file) => {
    const calibration = engineCalibrationSchema.parse(JSON.parse(readFileSync(join(FOLDER, 'engines', file), 'utf8')));
    const asked = reproductionsIn(FOLDER).find(({ file: { fit } }) => fit?.calibration === `engines/${file}`)!.file;
    const fitted = asked.groups.filter(({ use }) => use === 'fitted');
    expect(calibration.engine).toBe(asked.engine);
    expect(calibration.fit.rows).toBeLessThanOrEqual(fitted.reduce((sum, { rows }) => sum + rows.length, 0));
    expect(calibration.fit.fitted).toEqual(Object.keys(asked.fit!.search));
    const parts = new Set(asked.groups.map(({ name, part }) => part ?? name));
    expect(calibration.fit.held_out.length).toBeGreaterThan(1);
    for (const { left_out } of calibration.fit.held_out) expect(parts).toContain(left_out);
    expect(calibration.frontend !== undefined).toBe(asked.fit!.frontend !== undefined);
    if (calibration.frontend !== undefined) expect(calibration.frontend.seconds).toBeLessThanOrEqual(0.1);
  });
});

test('Punica: launches of 7B and 70B are fitted, and 13B, which its device holds up, is within 10%', () => {
  const rows = rowsOf(readReproduction(join(FOLDER, 'punica-textgen.published.yaml')));
  const of = (name: string) => rows.filter(({ group }) => group.name === name).slice(0, 1);
  const metrics = ['makespan_total_tps'];
  const fixed = {
    captured_tokens: 0,
    memory_efficiency: 0.52,
    step_overhead: 1e-3,
    kernel_gap: 1e-6,
    lora_operator: 41.3e-6,
    lora_adapter: 0.33e-6,
  };
  const fitted = fitRows([...of('7b-fit'), ...of('70b')], {
    search: { host_launch: { low: 0, start: 0.8e-3, high: 5e-3 } },
    fixed,
    metrics,
    evaluations: 14,
  });
  const error = (group: string, parameters: typeof fixed) => errorOf(of(group), parameters, metrics).makespan_total_tps;
  expect(error('13b', fitted as typeof fixed)).toBeLessThan(0.1);
  expect(error('70b', fitted as typeof fixed)).toBeLessThan(0.03);
  expect(error('70b', { ...fixed, host_launch: 0 } as typeof fixed)).toBeGreaterThan(0.5);
});

test('the way through an API server is what published first tokens have beyond the simulated ones', () => {
  const rows = [10, 30, 200].map((simulated) => ({ simulated, published: simulated + 20 }));
  expect(constantOf(rows)).toBeCloseTo(0.02, 6);
  expect(constantOf(rows.map(({ published, simulated }) => ({ published: simulated, simulated: published })))).toBe(0);
});
