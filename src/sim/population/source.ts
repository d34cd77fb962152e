/**
 * What the engine sees of a population: one cell's stream of arrivals, in time order, generated as it is read.
 *
 * Users, adapters and cohorts are local to the cell: users are numbered 0 … users−1, cohort by cohort. The fields describe
 * the next arrival and stay valid until `advance()`. Reading them must not change any state.
 */
export interface ArrivalSource {
  /** Time of the next arrival, integer ns; Infinity when none is due (a closed loop may become due again). */
  nextNs: number;
  user: number;
  adapter: number;
  cohort: number;
  promptTokens: number;
  outputTokens: number;
  /** Turn inside a session, 0 for the first. */
  turn: number;

  /** Moves to the arrival after this one. */
  advance(): void;
  /**
   * A request ended (finished, refused or aborted) at `ns`. Sessions and closed loops schedule what follows from it, and
   * `nextNs` may move earlier, but never before `ns`.
   */
  ended(user: number, cohort: number, turn: number, promptTokens: number, outputTokens: number, ns: number): void;
}

/** What is known of a cell's adapters without storing anything per adapter. */
export interface AdapterCatalog {
  readonly users: number;
  readonly adapters: number;
  /** Distinct ranks of the scenario, ascending; a rank class is an index into it (at most 32 classes). */
  readonly ranks: readonly number[];
  rankClass(adapter: number): number;
  cohortOfUser(user: number): number;
  /** Global user number, 0 … population.users−1: a keyed bijection from (cell, local user). */
  globalUser(user: number): number;
  /** The `count` most popular adapters of the cell at t = 0, most popular first (start states, pinning). */
  mostPopular(count: number): Int32Array;
}
