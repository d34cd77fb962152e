/**
 * The way through an engine version's API server as one constant, from published times to first token: what they have beyond what the
 * simulation says without it. A time to first token is taken to grow by the whole constant (exact in an open loop), so each row is
 * simulated once to fit; errors are of rows simulated again with what was found.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { replaceFile } from '../../metrics/write-files.ts';
import { type EngineCalibration, engineCalibrationSchema } from '../../scenario/engine-calibration.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Calibrated } from './calibrate.ts';
import { evaluate } from './evaluate.ts';
import type { Reproduction } from './published.ts';
import { type PublishedRow, rowsOf } from './rows.ts';

/** Values that are tried: tenths of a millisecond up to half a second. */
const STEP_S = 1e-4;
const MOST_S = 0.5;
/**
 * An API server takes milliseconds to tens of them (2,000 tokens are tokenised in a few). What comes out longer stands for something else, waiting
 * in the scheduler or a start of all clients at once, and would be wrong wherever that differs: it is reported and not kept.
 */
const PLAUSIBLE_S = 0.1;

export interface Bare {
  readonly row: PublishedRow;
  /** Milliseconds. */
  readonly published: number;
  readonly simulated: number;
}

/** Adds the constant to a calibration that is there. Null where the reproduction does not ask for one. */
export function calibrateFrontend(reproduction: Reproduction): Calibrated | null {
  const { fit } = reproduction.file;
  if (fit?.frontend === undefined) return null;
  const { metric, below } = fit.frontend;
  const file = join(dirname(reproduction.scenarioFile), fit.calibration);
  const calibration = engineCalibrationSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  const extra = Object.entries(fit.set).map(([path, value]) => ({ path, value }));
  const rows = rowsOf(reproduction, extra).flatMap((row): Bare[] => {
    const published = row.published.get(metric);
    if (published === undefined || published >= below) return [];
    const simulated = evaluate(withFrontend(row.scenario, 0)).get(metric);
    return simulated ? [{ row, published, simulated }] : [];
  });
  const fitted = rows.filter(({ row }) => row.group.use === 'fitted');
  const found = constantOf(fitted);
  const seconds = found <= PLAUSIBLE_S ? found : 0;
  const partOf = ({ row }: Bare) => row.group.part ?? row.group.name;
  const parts = [...new Set(rows.map(partOf))];
  const frontend: EngineCalibration['frontend'] = {
    seconds,
    found,
    metric,
    rows: fitted.length,
    error: errorAt(fitted, found, metric),
    held_out:
      parts.length < 2
        ? []
        : parts.map((part) => {
            const own = rows.filter((one) => partOf(one) === part);
            const others = constantOf(rows.filter((one) => partOf(one) !== part));
            return { left_out: part, rows: own.length, error: errorAt(own, others, metric) };
          }),
  };
  const whole: EngineCalibration = { ...calibration, frontend };
  replaceFile(file, `${JSON.stringify(whole, null, 2)}\n`);
  return { file, calibration: whole };
}

/** Seconds with the least mean of |ln(simulated / published)|. */
export function constantOf(rows: readonly Pick<Bare, 'published' | 'simulated'>[]): number {
  const loss = (seconds: number) =>
    rows.reduce(
      (sum, { published, simulated }) => sum + Math.abs(Math.log((simulated + 1e3 * seconds) / published)),
      0,
    );
  let best = 0;
  let least = loss(0);
  for (let i = 1; i <= MOST_S / STEP_S; i++) {
    const here = loss(i * STEP_S);
    if (here < least) [best, least] = [i, here];
  }
  return Number((best * STEP_S).toFixed(4));
}

function errorAt(rows: readonly Bare[], seconds: number, metric: string): Record<string, number> {
  const errors = rows.map(({ row, published }) => {
    const simulated = evaluate(withFrontend(row.scenario, seconds)).get(metric) ?? 0;
    return Math.abs(simulated / published - 1);
  });
  return { [metric]: Number((errors.reduce((a, b) => a + b, 0) / errors.length).toPrecision(3)) };
}

const withFrontend = (scenario: Scenario, frontend: number): Scenario => ({
  ...scenario,
  serving: { ...scenario.serving, frontend },
});
