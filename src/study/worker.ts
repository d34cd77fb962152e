/** The piscina worker of a study: one whole point at a time. Only its metrics go back. */
import type { PointResult } from './point-result.ts';
import { type PointTask, simulatePoint } from './simulate-point.ts';

export default function worker(task: PointTask): PointResult {
  return simulatePoint(task);
}
