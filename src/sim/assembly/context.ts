/** What every part of a cell is made from. */
import type { Scenario } from '../../scenario/scenario.ts';
import type { RequestTable } from '../batching/request-table.ts';
import type { SourceMap } from '../cell.ts';
import type { MemoryPlan, StepCost } from '../cost/step-cost.ts';
import type { EventHeap } from '../events.ts';
import type { AdapterCatalog } from '../population/source.ts';
import type { Prng } from '../random/prng.ts';
import type { Recorder } from '../recorder.ts';
import type { AdapterCosts } from './adapter-costs.ts';
import type { CellLayout } from './layout.ts';
import type { Wiring } from './wiring.ts';

export interface AssemblyContext {
  scenario: Scenario;
  catalog: AdapterCatalog;
  recorder: Recorder;
  layout: CellLayout;
  events: EventHeap;
  sources: SourceMap;
  table: RequestTable;
  adapters: AdapterCosts;
  cost: StepCost;
  memory: MemoryPlan;
  wiring: Wiring;
  /** A stream of its own for each purpose of this cell. */
  stream(purpose: string, ...names: number[]): Prng;
}
