/**
 * One cell's arrivals: the first turns of an arrival process, flash crowds and returning sessions, merged in time order.
 *
 * What a first turn asks for is drawn from its cohort's own stream (first-turns.ts); so what the system does to requests never
 * changes who asks what in an open loop. No allocation per arrival.
 */
import type { CellCatalog } from './catalog.ts';
import type { RankMap } from './drift/law.ts';
import type { FirstTurns } from './first-turns.ts';
import type { SessionReturns } from './session-returns.ts';
import type { ArrivalSource } from './source.ts';

/** One cohort's users in one cell. */
export interface CellCohort {
  readonly map: RankMap;
  readonly userStart: number;
}

const PROCESS = 0;
const CROWD = 1;
const RETURN = 2;

export class CellArrivals implements ArrivalSource {
  nextNs = Number.POSITIVE_INFINITY;
  user = 0;
  adapter = 0;
  cohort = 0;
  promptTokens = 0;
  outputTokens = 0;
  turn = 0;

  private readonly process: FirstTurns;
  private readonly crowds: FirstTurns;
  private readonly returns: SessionReturns;
  private readonly cohorts: readonly CellCohort[];
  private readonly catalog: CellCatalog;
  private readonly horizonNs: number;
  private chosen = PROCESS;

  constructor(
    process: FirstTurns,
    crowds: FirstTurns,
    returns: SessionReturns,
    cohorts: readonly CellCohort[],
    catalog: CellCatalog,
    horizonNs: number,
  ) {
    this.process = process;
    this.crowds = crowds;
    this.returns = returns;
    this.cohorts = cohorts;
    this.catalog = catalog;
    this.horizonNs = horizonNs;
    if (catalog.users > 0) this.select();
  }

  advance(): void {
    if (this.chosen === PROCESS) this.process.advance();
    else if (this.chosen === CROWD) this.crowds.advance();
    else this.returns.advance();
    this.select();
  }

  ended(user: number, cohort: number, turn: number, promptTokens: number, outputTokens: number, ns: number): void {
    if (!this.returns.ended(user, cohort, turn, promptTokens, outputTokens, ns)) this.process.ended(ns);
    if (this.process.nextNs < this.nextNs || this.returns.nextNs < this.nextNs) this.select();
  }

  /** Copies the earliest of the three streams into the fields. */
  private select(): void {
    let ns = this.process.nextNs;
    let chosen = PROCESS;
    if (this.crowds.nextNs < ns) {
      ns = this.crowds.nextNs;
      chosen = CROWD;
    }
    if (this.returns.nextNs < ns) {
      ns = this.returns.nextNs;
      chosen = RETURN;
    }
    this.chosen = chosen;
    if (!(ns < this.horizonNs)) {
      this.nextNs = Number.POSITIVE_INFINITY;
      return;
    }
    this.nextNs = ns;
    if (chosen === RETURN) this.resume();
    else this.start(chosen === PROCESS ? this.process : this.crowds, ns);
  }

  private start(turns: FirstTurns, ns: number): void {
    const { cohort, adapter } = turns;
    this.cohort = cohort;
    this.turn = 0;
    this.promptTokens = turns.promptTokens;
    this.outputTokens = turns.outputTokens;
    if (adapter >= 0) {
      this.adapter = adapter;
      this.user = this.catalog.userOfAdapter(adapter);
      return;
    }
    const { map, userStart } = this.cohorts[cohort];
    if (ns >= map.nextChangeNs) map.moveTo(ns);
    this.user = userStart + map.user(turns.rank);
    this.adapter = this.catalog.adapterOf(this.user, cohort, turns.slot);
  }

  private resume(): void {
    const { returns } = this;
    returns.peek();
    this.user = returns.user;
    this.cohort = returns.cohort;
    this.turn = returns.turn;
    this.promptTokens = returns.promptTokens;
    this.outputTokens = returns.outputTokens;
    this.adapter = this.catalog.adapterOf(returns.user, returns.cohort, returns.slot);
  }
}
