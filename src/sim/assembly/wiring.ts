/**
 * What the parts of a cell reach each other by. Loads end in replicas, replicas report to the cell, prewarmed revisions to the
 * lifecycle: parts are made one after another and know each other in a circle. Callbacks read it once the run goes on;
 * constructors must not.
 */
import type { Replica } from '../batching/replica.ts';
import type { Cell } from '../cell.ts';
import type { Lifecycle } from '../lifecycle/lifecycle.ts';
import type { Loader } from '../residency/loader.ts';
import type { NodeStorage } from '../residency/node-storage.ts';

export interface Wiring {
  readonly nodes: NodeStorage[];
  readonly loaders: Loader[];
  readonly replicas: Replica[];
  /** Null where no adapter gets a new revision. */
  lifecycle: Lifecycle | null;
  /** Not there until everything else is. */
  cell: Cell | null;
}
