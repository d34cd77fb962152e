/**
 * The way through an engine version's API server from published times to first token: what they have beyond what the simulation says
 * without it, as one constant; and with it, where the scenario has its page of metrics read, what a line of the page takes to
 * render. A time to first token is taken to grow by the whole constant (exact in an open loop), so each row is simulated once a
 * line to fit; errors are of rows simulated again with what was found. The loss is that of fit.ts.
 */
import { dirname, join } from 'node:path';
import { replaceFile } from '../../metrics/write-files.ts';
import type { EngineCalibration } from '../../scenario/engine-calibration.ts';
import { RENDER } from '../../scenario/frontend.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Calibrated } from './calibrate.ts';
import { readCalibration } from './calibration-file.ts';
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
/** Lines that are tried, and then every microsecond around the best of them. */
const LINES_S = [0, 9, 14, 18, 22, 28].map((us) => us * 1e-6);
const around = (line: number): number[] => [-2, -1, 0, 1, 2].map((us) => Math.max(0, line + us * 1e-6));

interface Bare {
  readonly row: PublishedRow;
  /** Milliseconds. */
  readonly published: number;
  readonly simulated: number;
}

interface Way {
  /** Seconds a request, and a line of the page of metrics. */
  readonly seconds: number;
  readonly line: number;
}

/** Adds the way to a calibration that is there. Null where the reproduction does not ask for one. */
export function calibrateFrontend(reproduction: Reproduction): Calibrated | null {
  const { fit } = reproduction.file;
  if (fit?.frontend === undefined) return null;
  const { metric, below, page, set = fit.set } = fit.frontend;
  const file = join(dirname(reproduction.scenarioFile), fit.calibration);
  const calibration = readCalibration(file);
  const extra = Object.entries(set).map(([path, value]) => ({ path, value }));
  const rows = rowsOf(reproduction, extra).filter((row) => (row.published.get(metric) ?? below) < below);
  const valuesAt = bareValues(metric, page);
  const best = (of: readonly PublishedRow[], lines: readonly number[]) =>
    lines.map((line) => wayOf(valuesAt(of, line), line)).reduce((a, b) => (b.loss < a.loss ? b : a));
  const error = (of: readonly PublishedRow[], way: Way) => errorAt(of, way, metric, page);
  const fitted = rows.filter(({ group }) => group.use === 'fitted');
  const lines = page ? LINES_S : [0];
  const coarse = best(fitted, lines);
  const way = page ? best(fitted, around(coarse.line)) : coarse;
  const partOf = ({ group }: PublishedRow) => group.part ?? group.name;
  const parts = [...new Set(rows.map(partOf))];
  const frontend: EngineCalibration['frontend'] = {
    seconds: way.seconds <= PLAUSIBLE_S ? way.seconds : 0,
    found: way.seconds,
    metric,
    rows: fitted.length,
    error: error(fitted, way),
    held_out:
      parts.length < 2
        ? []
        : parts.map((part) => {
            const own = rows.filter((row) => partOf(row) === part);
            const others = rows.filter((row) => partOf(row) !== part);
            return { left_out: part, rows: own.length, error: error(own, best(others, lines)) };
          }),
    ...(page && { page: pageOf(way.line) }),
  };
  const whole: EngineCalibration = { ...calibration, frontend };
  replaceFile(file, `${JSON.stringify(whole, null, 2)}\n`);
  return { file, calibration: whole };
}

/** Seconds with the least mean of |ln(simulated / published)|. */
export function constantOf(rows: readonly Pick<Bare, 'published' | 'simulated'>[]): number {
  let best = 0;
  let least = lossOf(rows, 0);
  for (let i = 1; i <= MOST_S / STEP_S; i++) {
    const here = lossOf(rows, i * STEP_S);
    if (here < least) [best, least] = [i, here];
  }
  return Number((best * STEP_S).toFixed(4));
}

const lossOf = (rows: readonly Pick<Bare, 'published' | 'simulated'>[], seconds: number): number =>
  rows.reduce((sum, { published, simulated }) => sum + Math.abs(Math.log((simulated + 1e3 * seconds) / published)), 0);

function wayOf(rows: readonly Bare[], line: number): Way & { loss: number } {
  const seconds = constantOf(rows);
  return { seconds, line, loss: lossOf(rows, seconds) };
}

/** Rows without the constant, each simulated once a line; those without a value are left out. */
function bareValues(metric: string, page: boolean) {
  const known = new Map<string, number>();
  return (rows: readonly PublishedRow[], line: number): Bare[] =>
    rows.flatMap((row) => {
      const key = `${row.id} ${line}`;
      const simulated = known.get(key) ?? evaluate(withWay(row.scenario, { seconds: 0, line }, page)).get(metric) ?? 0;
      known.set(key, simulated);
      return simulated > 0 ? [{ row, published: row.published.get(metric)!, simulated }] : [];
    });
}

function errorAt(rows: readonly PublishedRow[], way: Way, metric: string, page: boolean): Record<string, number> {
  const errors = rows.map(({ scenario, published }) => {
    const simulated = evaluate(withWay(scenario, way, page)).get(metric) ?? 0;
    return Math.abs(simulated / published.get(metric)! - 1);
  });
  return { [metric]: Number((errors.reduce((a, b) => a + b, 0) / errors.length).toPrecision(3)) };
}

/** A line and the adapters named in it in the proportion that was measured. */
function pageOf(line: number): { line: number; name: number } {
  return {
    line: Number(line.toPrecision(3)),
    name: Number(((line * RENDER.name) / RENDER.line).toPrecision(3)),
  };
}

function withWay(scenario: Scenario, { seconds, line }: Way, page: boolean): Scenario {
  const { serving } = scenario;
  const read = serving.metrics_page;
  const metrics_page = page && read !== undefined ? { ...read, ...pageOf(line) } : read;
  return {
    ...scenario,
    serving: { ...serving, frontend: seconds, ...(metrics_page !== undefined && { metrics_page }) },
  };
}
