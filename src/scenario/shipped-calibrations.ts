/** The calibrations of engine versions that come with the package, and which of them are of the system that a scenario names. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from './package-root.ts';
import { ENGINES } from './presets/engines/index.ts';
import type { Scenario } from './scenario.ts';

const folder = () => join(packageRoot(), 'scenarios', 'published', 'engines');

/** What `serving.cost: {model: calibrated, file: …}` may name without a path. */
export function calibrationNames(): string[] {
  if (!existsSync(folder())) return [];
  const files = readdirSync(folder()).filter((file) => file.endsWith('.json'));
  return files.map((file) => file.slice(0, -'.json'.length)).sort();
}

/** Where the shipped calibration of that name is; null where there is none. */
export const calibrationFile = (name: string): string | null =>
  calibrationNames().includes(name) ? join(folder(), `${name}.json`) : null;

/** Calibrations of the system that the scenario's engine preset stands for, where its steps cost the uncalibrated roofline. */
export function unusedCalibrations({ serving }: Scenario): readonly string[] {
  if (serving.engine === undefined || serving.cost.name !== 'roofline') return [];
  return ENGINES[serving.engine].calibrations ?? [];
}

/** How a scenario asks for a calibration. */
export const calibrationUsage = (name: string): string => `serving.cost: {model: calibrated, file: ${name}}`;
