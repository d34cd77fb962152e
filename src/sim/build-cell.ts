/** A cell with the population that its scenario describes. */
import { assembleCell, type CellInputs } from './assemble-cell.ts';
import type { Cell } from './cell.ts';
import type { Trace } from '../scenario/trace.ts';
import { createPopulation } from './population/population.ts';

/** @param trace the trace that population.arrivals names, already read; undefined where it names none */
export function buildCell(inputs: CellInputs, trace?: Trace): Cell {
  const { source, catalog } = createPopulation(inputs.scenario, inputs.cell, trace);
  return assembleCell(inputs, source, catalog);
}
