/** Scenario sides of a comparison, simulated: replication i has the same seed on either side, so that pairs share their draws. */
import type { Override } from '../../scenario/load.ts';
import type { Executor, ExecutorOptions } from '../executor.ts';
import type { PointResult } from '../point-result.ts';
import { type Point, planStudy, type Study } from '../points.ts';
import type { RunsSide } from './compare-runs.ts';
import type { SideInfo } from './comparison.ts';
import type { StoredRun } from './stored-run.ts';

export interface WantedSide extends SideInfo {
  overrides: readonly Override[];
  replications: number;
}

export interface Simulated {
  sides: RunsSide[];
  warnings: Study['warnings'];
}

/** Runs every replication of every side on one executor. Throws a UserError where a scenario cannot be used. */
export async function simulateSides(
  wanted: readonly WantedSide[],
  executor: Executor,
  { version, ...options }: Omit<ExecutorOptions, 'onResult'> & { version: string },
): Promise<Simulated> {
  const studies = wanted.map(({ path, overrides, replications }) =>
    planStudy({ file: path, varied: { fixed: overrides, axes: [] }, listed: [[]], replications }),
  );
  // One list of points for all sides, so that no worker waits while the other side is not done.
  const points: Point[] = studies.flatMap((study) => study.points).map((point, index) => ({ ...point, index }));
  const results = new Map<number, PointResult>();
  await executor.run(points, { ...options, onResult: (result) => results.set(result.index, result) });
  const platform = { node_major: Number(process.versions.node.split('.')[0]), arch: process.arch };
  let at = 0;
  const sides = wanted.map((side, s): RunsSide => {
    const runs = studies[s].points.map(({ scenario, id }): StoredRun => {
      const { rows } = results.get(at++)!;
      return { folder: null, scenario, seed: scenario.seed, runHash: id, rows, platform, version };
    });
    const kind = runs.length === 1 ? 'scenario' : `scenario, ${runs.length} replications`;
    return { label: side.label, kind, path: side.path, runs };
  });
  return { sides, warnings: studies.flatMap((study) => study.warnings) };
}
