/** A calibration that is shipped, as the file says it. */
import { readFileSync } from 'node:fs';
import { type EngineCalibration, engineCalibrationSchema } from '../../scenario/engine-calibration.ts';

export const readCalibration = (file: string): EngineCalibration =>
  engineCalibrationSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
