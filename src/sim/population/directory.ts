/** Who a cell's local user numbers are, for results: the catalogs of all cells, O(cohorts) memory each. */
import type { Scenario } from '../../scenario/scenario.ts';
import { CellCatalog } from './catalog.ts';
import { Partition } from './partition.ts';

export interface Directory {
  globalUser(cell: number, user: number): number;
  cohortOfUser(cell: number, user: number): number;
}

export function directoryOf(scenario: Scenario): Directory {
  const partition = new Partition(scenario);
  const catalogs = Array.from(
    { length: scenario.hardware.cells },
    (_, cell) => new CellCatalog(scenario, partition, cell),
  );
  return {
    globalUser: (cell, user) => catalogs[cell].globalUser(user),
    cohortOfUser: (cell, user) => catalogs[cell].cohortOfUser(user),
  };
}
