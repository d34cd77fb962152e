/** `reproduce --fit`: searches the parameters that a reproduction names on its fitted rows, and writes the engine's calibration. */
import { dirname, join } from 'node:path';
import { replaceFile } from '../../metrics/write-files.ts';
import type { EngineCalibration } from '../../scenario/engine-calibration.ts';
import { errorOf, type FitOptions, fitRows, leaveOneOut } from './fit.ts';
import type { Reproduction } from './published.ts';
import { type PublishedRow, rowsOf } from './rows.ts';

export interface Calibrated {
  readonly file: string;
  readonly calibration: EngineCalibration;
}

/** What a reproduction fits, and to which rows. */
export interface FitTarget {
  /** All that can be used, and those that the fit sees. */
  readonly rows: readonly PublishedRow[];
  readonly fitted: readonly PublishedRow[];
  readonly options: FitOptions;
}

/** Null where the reproduction fits nothing. */
export function fitTarget(reproduction: Reproduction): FitTarget | null {
  const { fit } = reproduction.file;
  if (fit === undefined) return null;
  const usable = (row: PublishedRow) =>
    fit.metrics.some((metric) => row.published.has(metric)) &&
    Object.entries(fit.below).every(([metric, limit]) => (row.published.get(metric) ?? 0) < limit);
  const extra = Object.entries(fit.set).map(([path, value]) => ({ path, value }));
  // Fitted after the cost, in frontend.ts: what the file held before has no say.
  if (fit.frontend !== undefined) extra.push({ path: 'serving.frontend', value: '0s' });
  if (fit.frontend?.page === true)
    extra.push(...['line', 'name'].map((part) => ({ path: `serving.metrics_page.${part}`, value: '0s' })));
  const rows = rowsOf(reproduction, extra).filter(usable);
  const options: FitOptions = {
    search: Object.fromEntries(
      Object.entries(fit.search).map(([name, [low, start, high]]) => [name, { low, start, high }]),
    ),
    fixed: fit.fixed,
    metrics: fit.metrics,
    evaluations: fit.evaluations,
  };
  return { rows, fitted: rows.filter(({ group }) => group.use === 'fitted'), options };
}

/** Null where the reproduction fits nothing. @param date stands in the file, ISO 8601 */
export function calibrateEngine(reproduction: Reproduction, date: string): Calibrated | null {
  const { fit, engine } = reproduction.file;
  const target = fitTarget(reproduction);
  if (fit === undefined || target === null) return null;
  const { rows, fitted, options } = target;
  const found = fitRows(fitted, options);
  // Searched beside the rest where first tokens are in the loss; frontend.ts settles it.
  const { frontend: _, ...parameters } = found;
  const groupOf = ({ group }: PublishedRow) => group.part ?? group.name;
  const calibration: EngineCalibration = {
    format: 'mint-bench-engine-calibration',
    version: 1,
    engine,
    parameters,
    fit: {
      date,
      published: [reproduction.name],
      fitted: Object.keys(fit.search),
      rows: fitted.length,
      error: errorOf(fitted, found, fit.metrics),
      held_out: leaveOneOut(
        rows,
        { ...options, ...(fit.leave_out && { mostRows: fit.leave_out.rows, evaluations: fit.leave_out.evaluations }) },
        groupOf,
      ),
    },
  };
  const file = join(dirname(reproduction.scenarioFile), fit.calibration);
  replaceFile(file, `${JSON.stringify(calibration, null, 2)}\n`);
  return { file, calibration };
}
