/** A cell with the population that its scenario describes. */
import type { Scenario } from '../scenario/scenario.ts';
import type { Trace } from '../scenario/trace.ts';
import { assembleCell } from './assembly/assemble-cell.ts';
import type { Cell } from './cell.ts';
import { stepCostOf } from './cost/index.ts';
import type { StepCost } from './cost/step-cost.ts';
import { compileLaws, createPopulation } from './population/population.ts';
import type { CohortLaws } from './population/session-returns.ts';
import type { AdapterCatalog } from './population/source.ts';
import type { Recorder } from './recorder.ts';

export interface BuildOptions {
  scenario: Scenario;
  /** Cell number, 0 … hardware.cells − 1. */
  cell: number;
  /** The trace that population.arrivals names, already read; null where it names none. */
  trace: Trace | null;
  /** Audit the whole cell after every event. */
  check: boolean;
  /** Tables that do not differ between cells, for those of one thread to share. */
  tables?: SharedTables;
  /** What records the cell's events; it may want to know how many users there are. */
  createRecorder(catalog: AdapterCatalog): Recorder;
}

/** Some hundred kilobytes that the hot loop reads at random: in the cache once for all cells, not once for each. */
export interface SharedTables {
  laws: readonly CohortLaws[];
  cost: StepCost;
}

export function sharedTables(scenario: Scenario): SharedTables {
  return { laws: compileLaws(scenario), cost: stepCostOf(scenario) };
}

export function buildCell({ scenario, cell, trace, check, tables, createRecorder }: BuildOptions): Cell {
  const { laws, cost } = tables ?? sharedTables(scenario);
  const { source, catalog, popularity } = createPopulation(scenario, cell, trace, laws);
  return assembleCell({ scenario, cell, recorder: createRecorder(catalog), check, cost, popularity }, source, catalog);
}
