/**
 * Family `arrivals`: when requests start. A process yields the first turns of one cell in time order; who asks and how much
 * follows from the cohort's laws wherever the process does not say.
 */
import type { Entry } from '../../../scenario/family.ts';
import type { Trace } from '../../../scenario/trace.ts';
import type { GapLaw } from '../burstiness/law.ts';
import type { CellCatalog } from '../catalog.ts';
import type { OperationalTime } from '../operational-time.ts';

export interface ArrivalProcess {
  /** Time of the next first turn, integer ns; Infinity where none is due. */
  readonly nextNs: number;
  readonly cohort: number;
  /** Popularity rank in the cohort and cell; −1: drawn by the popularity law. */
  readonly rank: number;
  /** The adapter, its user following from it; −1: by user. */
  readonly adapter: number;
  /** Tokens; 0: drawn by the cohort's law. */
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Whether `ended` may move `nextNs`. Where it does not, turns can be drawn ahead. */
  readonly reacts: boolean;
  advance(): void;
  /** A request ended and no further turn of its session follows. Only a closed loop cares. */
  ended(ns: number): void;
}

/** What a process is built from: one cell's share of the population, and the shares of all cells where a total is split. */
export interface ArrivalContext {
  readonly seed: string;
  readonly cell: number;
  /** First turns by cohort in this cell, 1/s. */
  readonly rates: Float64Array;
  readonly gaps: readonly GapLaw[];
  readonly time: OperationalTime;
  readonly catalog: CellCatalog;
  /** First turns by cell, 1/s, and adapters by cell. */
  readonly cellRates: Float64Array;
  readonly cellAdapters: Float64Array;
  readonly trace: Trace | null;
}

export interface ArrivalEntry<P = unknown> extends Entry<P> {
  /** Whether the cohorts' sessions follow up on its requests. A trace already holds every request. */
  readonly sessions: boolean;
  /** Whether flash crowds may come on top. In a closed loop they could not be told from the clients. */
  readonly crowds: boolean;
  create(params: P, context: ArrivalContext): ArrivalProcess;
}
