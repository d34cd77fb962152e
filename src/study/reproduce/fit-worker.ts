/**
 * A fit on a thread of its own: it simulates for minutes without a pause, and only a thread can be stopped from outside. It writes
 * a calibration when that is found, whole or not at all.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { calibrateEngine } from './calibrate.ts';
import { calibrateFrontend } from './frontend.ts';
import { calibrateErrors } from './identified.ts';
import { type Reproduction, readReproduction } from './published.ts';

export interface FitTask {
  /** Paths of published files. */
  readonly paths: readonly string[];
  /** Costs too, or the way through the API server alone. */
  readonly costs: boolean;
  /** Stands in the calibrations, ISO 8601. */
  readonly date: string;
}

/** One calibration that was written, and what is in it. */
export interface FitNews {
  readonly file: string;
  readonly found: unknown;
}

const { paths, costs, date } = workerData as FitTask;
const tell = (news: FitNews) => parentPort?.postMessage(news);
/** A file that cannot be used is left to the reproduction that follows, which says why. */
const reproductions = paths.flatMap((path): Reproduction[] => {
  try {
    return [readReproduction(path)];
  } catch (error) {
    tell({ file: path, found: `not fitted: ${(error as Error).message}` });
    return [];
  }
});
/** A fit that fails is told and stops no other. */
function each(fit: (one: Reproduction) => FitNews | null): void {
  for (const one of reproductions) {
    try {
      const news = fit(one);
      if (news !== null) tell(news);
    } catch (error) {
      tell({ file: one.name, found: `not fitted: ${(error as Error).message}` });
    }
  }
}
if (costs) {
  each((one) => {
    const fitted = calibrateEngine(one, date);
    return fitted === null ? null : { file: fitted.file, found: fitted.calibration.parameters };
  });
}
each((one) => {
  const fitted = calibrateFrontend(one);
  return fitted === null ? null : { file: fitted.file, found: fitted.calibration.frontend };
});
// How well the rows know what stands there, whether it was fitted now or before.
each((one) => {
  const known = calibrateErrors(one);
  return known === null ? null : { file: known.file, found: { relative_error: known.calibration.fit.relative_error } };
});
