/** Published rows of several systems, simulated side by side and scored. The same for any executor and number of workers. */
import type { Override } from '../../scenario/load.ts';
import type { Executor, ExecutorOptions } from '../executor.ts';
import type { PointResult } from '../point-result.ts';
import type { Point } from '../points.ts';
import { PLAN_METRICS } from './plan-metrics.ts';
import type { Reproduction } from './published.ts';
import { type PublishedRow, rowsOf } from './rows.ts';
import {
  type Comparison,
  compare,
  type Knee,
  knees,
  type Orderings,
  orderings,
  type Rival,
  rivals,
  type Score,
  scores,
  testing,
} from './score.ts';

export interface Reproduced {
  readonly reproduction: Reproduction;
  readonly rows: readonly PublishedRow[];
  readonly comparisons: readonly Comparison[];
  readonly scores: readonly Score[];
  readonly orderings: readonly Orderings[];
  readonly knees: readonly Knee[];
  readonly rivals: readonly Rival[];
}

export type ReproduceOptions = Omit<ExecutorOptions, 'onResult'> & {
  /** Settings on top of every row's own: another system than the published one. */
  readonly extra?: readonly Override[];
};

/** Published beside simulated. */
function comparisonsOf(rows: readonly PublishedRow[], runs: Runs): Comparison[] {
  const values = new Map(rows.map((row) => [row.id, valuesOf(row, runs.get(row.id))]));
  return compare(rows, ({ id }) => values.get(id)!);
}

function judged(reproduction: Reproduction, rows: readonly PublishedRow[], runs: Runs): Reproduced {
  const comparisons = comparisonsOf(rows, runs);
  return {
    reproduction,
    rows,
    comparisons,
    scores: scores(comparisons, reproduction.file),
    orderings: orderings(comparisons),
    knees: knees(comparisons),
    rivals: rivals(comparisons),
  };
}

/** Results by a scenario's hash. */
type Runs = Map<string, PointResult>;

async function simulate(rows: readonly PublishedRow[], runs: Runs, executor: Executor, options: ReproduceOptions) {
  const points = pointsOf(rows.filter(needsRun));
  if (points.length > 0)
    await executor.run(points, { ...options, onResult: (result) => void runs.set(result.id, result) });
}

/** A reproduction that there is no result of, and why. */
export interface NotReproduced {
  readonly name: string;
  readonly error: Error;
}

export interface Reproductions {
  readonly results: readonly Reproduced[];
  /** Files or scenarios that cannot be used, and runs that failed. */
  readonly failed: readonly NotReproduced[];
  /** Names that were not begun, or not finished, when it was asked to stop. */
  readonly stopped: readonly string[];
  /** Of the one that it was asked to stop in, the rows that were finished; null where there are none. */
  readonly part: Part | null;
}

export interface Part {
  /** Without orderings and knees, which rows yet to come would change. */
  readonly result: Reproduced;
  /** Rows that it has. */
  readonly of: number;
}

/**
 * One after the other: one that cannot be read, resolved or simulated is reported and the rest goes on. A signal stops it between two
 * points; reproductions that are finished then are kept, and the rows of the one under way.
 * @param sources by name; reading one may throw
 */
export async function reproduceEach(
  sources: readonly { readonly name: string; read(): Reproduction }[],
  executor: Executor,
  options: ReproduceOptions & { onBegin?(name: string, points: number): void } = {},
): Promise<Reproductions> {
  const results: Reproduced[] = [];
  const failed: NotReproduced[] = [];
  for (const [i, { name, read }] of sources.entries()) {
    const runs: Runs = new Map();
    let part: Part | null = null;
    try {
      const reproduction = read();
      const rows = rowsOf(reproduction, options.extra);
      options.onBegin?.(name, rows.length);
      await simulate(rows, runs, executor, options).catch((error: unknown) => {
        part = partOf(reproduction, rows, runs);
        throw error;
      });
      results.push(judged(reproduction, rows, runs));
    } catch (thrown) {
      if (options.signal?.aborted) return { results, failed, stopped: sources.slice(i).map((one) => one.name), part };
      failed.push({ name, error: thrown as Error });
    }
  }
  return { results, failed, stopped: [], part: null };
}

function partOf(reproduction: Reproduction, rows: readonly PublishedRow[], runs: Runs): Part | null {
  const finished = new Set(rows.filter((row) => !needsRun(row) || runs.has(row.id)));
  if (finished.size === 0) return null;
  // Of all rows: whether something was fitted to a run may stand in another table than the one that is finished.
  const comparisons = comparisonsOf(rows, runs).filter(({ row }) => finished.has(row));
  const checks = { scores: scores(comparisons, reproduction.file), orderings: [], knees: [], rivals: [] };
  return { result: { reproduction, rows: [...finished], comparisons, ...checks }, of: rows.length };
}

/** One point for each distinct scenario: rows that differ in what was published alone share it. */
function pointsOf(rows: readonly PublishedRow[]): Point[] {
  const distinct = new Map(rows.map((row) => [row.id, row]));
  return [...distinct.values()].map(({ id, scenario, reproduction, group, label }, index) => ({
    index,
    setting: index,
    replication: 0,
    overrides: [{ path: `${reproduction}/${group.name}`, value: label }],
    scenario,
    id,
  }));
}

/** What a row's scenario gives: its plan, and its run where it was simulated. */
function valuesOf({ scenario, published }: PublishedRow, result: PointResult | undefined): Map<string, number | null> {
  const planned = [...published.keys()].filter((name) => Object.hasOwn(PLAN_METRICS, name));
  return new Map<string, number | null>([
    ...(result?.rows ?? [])
      .filter(({ cohort }) => cohort === 'all')
      .map(({ metric, value }) => [metric, value] as const),
    ...planned.map((name) => [name, PLAN_METRICS[name].of(scenario)] as const),
  ]);
}

const needsRun = ({ published }: PublishedRow): boolean =>
  [...published.keys()].some((name) => !Object.hasOwn(PLAN_METRICS, name));

/** Scores over every reproduction together, each value counting once; arithmetic left out. */
export function overall(results: readonly Reproduced[]): Score[] {
  return scores(results.flatMap(({ comparisons }) => testing(comparisons)));
}

/** Whether every tolerance that a reproduction states holds for the mean over its rows that were not fitted. */
export function withinTolerance(results: readonly Reproduced[]): boolean {
  return results.every((one) => one.scores.every(({ tolerance, mape }) => tolerance === null || mape <= tolerance));
}
