/** The piscina worker of a study: one whole point at a time. Only its metrics go back. */
import type { PointResult } from './point-result.ts';
import { type PointTask, simulatePoint } from './simulate-point.ts';

export interface Computed {
  result: PointResult;
  wall_s: number;
}

export default function worker(task: PointTask): Computed {
  const started = performance.now();
  const result = simulatePoint(task);
  return { result, wall_s: (performance.now() - started) / 1000 };
}
