/** A fit stands on what it searches and fixes, and on nothing that the calibration it replaces happened to hold. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { EngineCalibration } from '../../../src/scenario/engine-calibration.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { evaluate } from '../../../src/study/reproduce/evaluate.ts';
import { withParameters } from '../../../src/study/reproduce/fit.ts';
import { readReproduction } from '../../../src/study/reproduce/published.ts';
import { rowsOf } from '../../../src/study/reproduce/rows.ts';

const FOLDER = join(import.meta.dirname, '../../../scenarios/published');

/** As if the file had been written with one parameter more. */
function holding(scenario: Scenario, parameters: Record<string, number>): Scenario {
  const { serving } = scenario;
  const data = serving.cost.params.data as EngineCalibration;
  const more = { ...data, parameters: { ...data.parameters, ...parameters } };
  return {
    ...scenario,
    serving: { ...serving, cost: { ...serving.cost, params: { ...serving.cost.params, data: more } } },
  };
}

test('a parameter of the old calibration that the new fit does not name has no say', () => {
  const [{ scenario }] = rowsOf(readReproduction(join(FOLDER, 'punica-textgen.published.yaml')));
  const old = holding(scenario, { lora_constant: 0.02 });
  const tokens = (one: Scenario) => evaluate(one).get('makespan_output_tps')!;
  expect(tokens(old)).toBeLessThan(0.9 * tokens(scenario));
  const fitted = { memory_efficiency: 0.5, host_launch: 8e-4 };
  expect(tokens(withParameters(old, fitted))).toBe(tokens(withParameters(scenario, fitted)));
});
