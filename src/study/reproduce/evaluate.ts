/** A published row simulated on the calling thread, reduced to its metrics: what a fit and tests use; `reproduce` runs points on workers. */
import { SharedBoard } from '../../run/shared-board.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { simulatePoint } from '../simulate-point.ts';

/** By metric, for the whole run; null where the sample is empty. */
export type Values = ReadonlyMap<string, number | null>;

export function evaluate(scenario: Scenario): Values {
  const board = new SharedBoard(scenario.hardware.cells);
  const { rows } = simulatePoint({ index: 0, id: '', scenario, check: false, board: board.buffer });
  return new Map(rows.filter(({ cohort }) => cohort === 'all').map(({ metric, value }) => [metric, value]));
}
