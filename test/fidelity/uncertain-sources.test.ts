/** Ends of ranges that name a fit: the fit must know the parameter, by the error that its calibration states. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engineCalibrationSchema } from '../../src/scenario/engine-calibration.ts';
import { NOT_IDENTIFIED } from '../../src/study/reproduce/identified.ts';
import { STEP_COST } from '../../src/study/uncertainties/step-cost.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios/published/engines');
/** Engines as sources name them, where they speak of a fit. */
const FILES: Readonly<Record<string, string>> = {
  'vLLM 0.5': 'vllm-0.5',
  'vLLM 0.12': 'vllm-0.12',
  'vLLM 0.16-0.19': 'vllm-0.19',
  'vLLM of October 2025': 'vllm-2025',
  'TensorRT-LLM 1.0': 'trtllm-1.0',
  Punica: 'punica',
};
const fitsNamed = STEP_COST.filter(({ source }) => /\bfit(s|ted)?\b|calibrations of/.test(source)).flatMap(
  ({ key, source }) =>
    Object.entries(FILES)
      .filter(([engine]) => source.includes(engine))
      .map(([engine, file]) => ({ key, engine, file })),
);

test('the ranges name fits', () => expect(fitsNamed.length).toBeGreaterThan(5));

test.each(fitsNamed)('$key of $engine is identified', ({ key, file }) => {
  const { fit } = engineCalibrationSchema.parse(JSON.parse(readFileSync(join(FOLDER, `${file}.json`), 'utf8')));
  const error = fit.relative_error?.[key] ?? Number.POSITIVE_INFINITY;
  expect(error).toBeLessThanOrEqual(NOT_IDENTIFIED);
});
