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

export async function reproduce(
  reproductions: readonly Reproduction[],
  executor: Executor,
  options: ReproduceOptions = {},
): Promise<Reproduced[]> {
  const all = reproductions.map((reproduction) => ({ reproduction, rows: rowsOf(reproduction, options.extra) }));
  const results = new Map<string, PointResult>();
  const points = pointsOf(all.flatMap(({ rows }) => rows).filter(({ published }) => needsRun([...published.keys()])));
  if (points.length > 0)
    await executor.run(points, { ...options, onResult: (result) => results.set(result.id, result) });
  return all.map(({ reproduction, rows }): Reproduced => {
    const values = new Map(rows.map((row) => [row.id, valuesOf(row, results.get(row.id))]));
    const comparisons = compare(rows, ({ id }) => values.get(id)!);
    return {
      reproduction,
      rows,
      comparisons,
      scores: scores(comparisons, reproduction.file),
      orderings: orderings(comparisons),
      knees: knees(comparisons),
      rivals: rivals(comparisons),
    };
  });
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
}

/**
 * One after the other: one that cannot be read, resolved or simulated is reported and the rest goes on. A signal stops it between two
 * points; reproductions that are finished then are kept.
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
    try {
      const reproduction = read();
      const points = reproduction.file.groups.reduce((sum, group) => sum + group.rows.length, 0);
      options.onBegin?.(name, points);
      results.push(...(await reproduce([reproduction], executor, options)));
    } catch (thrown) {
      if (options.signal?.aborted) return { results, failed, stopped: sources.slice(i).map((one) => one.name) };
      failed.push({ name, error: thrown as Error });
    }
  }
  return { results, failed, stopped: [] };
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

const needsRun = (metrics: readonly string[]): boolean => metrics.some((name) => !Object.hasOwn(PLAN_METRICS, name));

/** Scores over every reproduction together, each value counting once; arithmetic left out. */
export function overall(results: readonly Reproduced[]): Score[] {
  return scores(results.flatMap(({ comparisons }) => testing(comparisons)));
}

/** Whether every tolerance that a reproduction states holds for the mean over its rows that were not fitted. */
export function withinTolerance(results: readonly Reproduced[]): boolean {
  return results.every((one) => one.scores.every(({ tolerance, mape }) => tolerance === null || mape <= tolerance));
}
