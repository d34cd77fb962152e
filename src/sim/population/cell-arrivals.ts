/**
 * One cell's arrivals: the first turns of an arrival process, flash crowds and returning sessions, merged in time order.
 *
 * What a first turn asks for is drawn from its cohort's own stream, once, when the arrival before it is left behind; so what
 * the system does to requests never changes who asks what in an open loop. No allocation per arrival.
 */
import type { Prng } from '../random/prng.ts';
import type { ArrivalProcess } from './arrivals/process.ts';
import type { CellCatalog } from './catalog.ts';
import type { RankMap } from './drift/law.ts';
import type { LengthTable } from './lengths/table.ts';
import type { RankDraw } from './popularity/law.ts';
import type { CohortLaws, SessionLaw, SessionReturns } from './session-returns.ts';
import type { ArrivalSource } from './source.ts';

/** The laws of one cohort in one cell. */
export interface CellCohort extends CohortLaws {
  readonly popularity: RankDraw;
  readonly map: RankMap;
  readonly userStart: number;
  readonly prompt: LengthTable;
  readonly output: LengthTable;
  readonly sessions: SessionLaw | null;
  readonly random: Prng;
}

/** A drawn first turn that waits for its time. Its user is looked up when the time has come, since popularity drifts. */
class Pending {
  rank = 0;
  adapter = -1;
  slot = 0;
  promptTokens = 0;
  outputTokens = 0;
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

  private readonly process: ArrivalProcess;
  private readonly crowds: ArrivalProcess;
  private readonly returns: SessionReturns;
  private readonly cohorts: readonly CellCohort[];
  private readonly catalog: CellCatalog;
  private readonly slots: number;
  private readonly horizonNs: number;
  private readonly fromProcess = new Pending();
  private readonly fromCrowds = new Pending();
  private chosen = PROCESS;

  constructor(
    process: ArrivalProcess,
    crowds: ArrivalProcess,
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
    this.slots = catalog.adaptersPerUser;
    this.horizonNs = horizonNs;
    if (catalog.users === 0) return;
    this.draw(process, this.fromProcess);
    if (crowds.nextNs < horizonNs) this.draw(crowds, this.fromCrowds);
    this.select();
  }

  advance(): void {
    if (this.chosen === PROCESS) {
      this.process.advance();
      this.draw(this.process, this.fromProcess);
    } else if (this.chosen === CROWD) {
      this.crowds.advance();
      if (this.crowds.nextNs < this.horizonNs) this.draw(this.crowds, this.fromCrowds);
    } else {
      this.returns.advance();
    }
    this.select();
  }

  ended(user: number, cohort: number, turn: number, promptTokens: number, outputTokens: number, ns: number): void {
    if (!this.returns.ended(user, cohort, turn, promptTokens, outputTokens, ns)) this.process.ended(ns);
    if (this.process.nextNs < this.nextNs || this.returns.nextNs < this.nextNs) this.select();
  }

  private draw(process: ArrivalProcess, pending: Pending): void {
    const cohort = this.cohorts[process.cohort];
    const { random } = cohort;
    pending.adapter = process.adapter;
    if (process.adapter < 0) {
      pending.rank = process.rank >= 0 ? process.rank : cohort.popularity.draw(random);
      pending.slot = this.slots > 1 ? random.integer(this.slots) : 0;
    }
    pending.promptTokens = process.promptTokens > 0 ? process.promptTokens : cohort.prompt.draw(random);
    pending.outputTokens = process.outputTokens > 0 ? process.outputTokens : cohort.output.draw(random);
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
    if (chosen === PROCESS) this.start(this.process.cohort, this.fromProcess, ns);
    else if (chosen === CROWD) this.start(this.crowds.cohort, this.fromCrowds, ns);
    else this.resume();
  }

  private start(cohort: number, pending: Pending, ns: number): void {
    this.cohort = cohort;
    this.turn = 0;
    this.promptTokens = pending.promptTokens;
    this.outputTokens = pending.outputTokens;
    if (pending.adapter >= 0) {
      this.adapter = pending.adapter;
      this.user = this.catalog.userOfAdapter(pending.adapter);
      return;
    }
    const { map, userStart } = this.cohorts[cohort];
    if (ns >= map.nextChangeNs) map.moveTo(ns);
    this.user = userStart + map.user(pending.rank);
    this.adapter = this.catalog.adapterOf(this.user, cohort, pending.slot);
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
