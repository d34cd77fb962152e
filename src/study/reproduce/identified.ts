/**
 * How well the rows of a fit know each of its parameters: relative standard errors from the curvature at its end (Gauss and Newton). With
 * r the residuals ln(simulated / published) and J what they change by for each factor of e in a parameter, the covariance of the logarithms
 * is σ²·(JᵀJ)⁻¹, σ² = Σr² / (n − p). A parameter that others can stand in for has a small share of its own in J, and a large error.
 */
import { dirname, join } from 'node:path';
import { replaceFile } from '../../metrics/write-files.ts';
import type { Calibrated } from './calibrate.ts';
import { fitTarget } from './calibrate.ts';
import { readCalibration } from './calibration-file.ts';
import { residuals } from './fit.ts';
import type { Reproduction } from './published.ts';

/** Above it a parameter is said to be not identified: half or double would do as well. */
export const NOT_IDENTIFIED = 0.5;
/** Parameters are varied by this share to both sides, within the bounds of the search. */
const STEP = 0.05;

/** Adds them to a calibration that is there. Null where the reproduction fits nothing. */
export function calibrateErrors(reproduction: Reproduction): Calibrated | null {
  const target = fitTarget(reproduction);
  if (target === null) return null;
  const { fitted, options } = target;
  const file = join(dirname(reproduction.scenarioFile), reproduction.file.fit!.calibration);
  const calibration = readCalibration(file);
  const names = Object.keys(options.search).filter((name) => name !== 'frontend');
  const at = (changed: Readonly<Record<string, number>>) =>
    residuals(fitted, { ...calibration.parameters, ...changed }, options.metrics, options.mostRows);
  const here = at({});
  const columns = names.map((name) => {
    const value = calibration.parameters[name] ?? 0;
    const { low, high } = options.search[name];
    const [above, below] = [Math.min(high, value * Math.exp(STEP)), Math.max(low, value * Math.exp(-STEP))];
    // At zero there is no factor to vary it by.
    if (below <= 0 || above <= below) return here.map(() => 0);
    const [up, down] = [at({ [name]: above }), at({ [name]: below })];
    return up.map((residual, i) => (residual - down[i]) / Math.log(above / below));
  });
  const errors = relativeErrors(here, columns);
  const rounded = (value: number) => (Number.isFinite(value) ? Number(value.toPrecision(2)) : null);
  const relative_error = Object.fromEntries(names.map((name, i) => [name, rounded(errors[i])]));
  const whole = { ...calibration, fit: { ...calibration.fit, relative_error } };
  replaceFile(file, `${JSON.stringify(whole, null, 2)}\n`);
  return { file, calibration: whole };
}

/** @param columns of J, one a parameter. Infinity where the residuals say nothing of a parameter, or are no more than there are parameters. */
export function relativeErrors(residual: readonly number[], columns: readonly (readonly number[])[]): number[] {
  const spare = residual.length - columns.length;
  if (spare <= 0) return columns.map(() => Number.POSITIVE_INFINITY);
  const variance = dot(residual, residual) / spare;
  return columns.map((column, k) => {
    // The part of the column that no other column explains: 1 / it is the diagonal of the inverse.
    const own = dot(column, column);
    const left = remainder(
      column,
      columns.filter((_, i) => i !== k),
    );
    return left <= 1e-9 * own || own === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(variance / left);
  });
}

/** Square of what is left of a vector beside the space of others, by Gram and Schmidt. */
function remainder(vector: readonly number[], others: readonly (readonly number[])[]): number {
  const basis: number[][] = [];
  const orthogonal = (of: readonly number[]) => {
    let rest = [...of];
    for (let pass = 0; pass < 2; pass++) {
      for (const unit of basis) {
        const share = dot(rest, unit);
        rest = rest.map((value, i) => value - share * unit[i]);
      }
    }
    return rest;
  };
  for (const other of others) {
    const rest = orthogonal(other);
    const length = Math.sqrt(dot(rest, rest));
    if (length > 1e-6 * Math.sqrt(dot(other, other))) basis.push(rest.map((value) => value / length));
  }
  const rest = orthogonal(vector);
  return dot(rest, rest);
}

const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * b[i], 0);
