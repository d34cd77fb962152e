/** One point on the calling thread: all cells one after the other (coupled ones together), merged, reduced to its metrics. */
import { conservationErrors } from '../metrics/conservation.ts';
import { factsOf } from '../metrics/facts.ts';
import { mergeCells, type RunResult } from '../metrics/result.ts';
import { summarise } from '../metrics/summary.ts';
import { evaluateThresholds, passed } from '../metrics/thresholds.ts';
import { readTraceOf } from '../run/identity.ts';
import { simulateCells } from '../run/simulate-cells.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { planMemory } from '../sim/cost/memory.ts';
import { InvariantError } from '../sim/invariants.ts';
import type { PointResult } from './point-result.ts';

export interface PointTask {
  index: number;
  id: string;
  scenario: Scenario;
  check: boolean;
  /** Of a SharedBoard for the scenario's cells: progress, and the flag to stop. */
  board: SharedArrayBuffer;
}

export function simulatePoint({ index, id, scenario, check, board }: PointTask): PointResult {
  const cells = Array.from({ length: scenario.hardware.cells }, (_, cell) => cell);
  const outcomes = simulateCells({ scenario, cells, board, trace: readTraceOf(scenario), check });
  const events = outcomes.reduce((sum, outcome) => sum + outcome.events, 0);
  return reduceToMetrics({ index, id, scenario, check }, mergeCells(outcomes.map(({ result }) => result)), events);
}

/** A run's result → what a study keeps of it. */
export function reduceToMetrics(
  { index, id, scenario, check }: Omit<PointTask, 'board'>,
  run: RunResult,
  events: number,
): PointResult {
  const facts = factsOf(scenario, planMemory(scenario).kvBlocks);
  if (check) {
    const errors = conservationErrors(run, facts);
    if (errors.length > 0) throw new InvariantError('INV-1', errors.join('; '), errors.length, 0);
  }
  const rows = summarise(run, facts);
  const verdicts = evaluateThresholds(scenario.thresholds, rows);
  return { index, id, rows, verdicts, passed: passed(verdicts), events };
}
