/** The piscina worker: simulates a group of cells and moves the results' buffers back instead of copying them. */
import { move, transferableSymbol, valueSymbol } from 'piscina';
import { transferables } from '../metrics/result.ts';
import { type CellsTask, simulateCells } from './simulate-cells.ts';

export default function worker(task: CellsTask): unknown {
  const outcomes = simulateCells(task);
  return move({
    [transferableSymbol]: outcomes.flatMap(({ result }) => transferables(result)),
    [valueSymbol]: outcomes,
  });
}
