/**
 * The way through the API server: the scenario's own serving.frontend, else what the calibration of its engine version was found to have.
 */
import { engineCalibrationSchema } from './engine-calibration.ts';
import type { Scenario } from './scenario.ts';

/** Seconds a request, whatever its length. */
export function frontendSeconds({ serving }: Scenario): number {
  if (serving.frontend !== undefined) return serving.frontend;
  const parsed = engineCalibrationSchema.safeParse(serving.cost.params.data);
  return parsed.success ? (parsed.data.frontend?.seconds ?? 0) : 0;
}
