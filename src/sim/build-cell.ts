/** A cell with the population that its scenario describes. */
import type { Scenario } from '../scenario/scenario.ts';
import type { Trace } from '../scenario/trace.ts';
import { assembleCell } from './assemble-cell.ts';
import type { Cell } from './cell.ts';
import { createPopulation } from './population/population.ts';
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
  /** What records the cell's events; it may want to know how many users there are. */
  createRecorder(catalog: AdapterCatalog): Recorder;
}

export function buildCell({ scenario, cell, trace, check, createRecorder }: BuildOptions): Cell {
  const { source, catalog } = createPopulation(scenario, cell, trace);
  return assembleCell({ scenario, cell, recorder: createRecorder(catalog), check }, source, catalog);
}
