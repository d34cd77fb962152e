/**
 * Draws adapters as requests ask for them at t = 0, each independently of those before: a cohort by its rate, a user by popularity,
 * one of the user's adapters evenly. What makes requests of one user come together (sessions, bursts, crowds) is not in it.
 */
import { AliasTable } from '../random/alias.ts';
import type { Prng } from '../random/prng.ts';
import type { RankMap } from './drift/law.ts';
import type { RankDraw } from './popularity/law.ts';

export interface DrawnCohort {
  /** Requests of the cohort in this cell, 1/s. */
  rate: number;
  ranks: RankDraw;
  map: Pick<RankMap, 'user'>;
  userStart: number;
}

export class AdapterDraw {
  private readonly cohorts: readonly DrawnCohort[];
  private readonly choice: AliasTable;
  private readonly slots: number;
  private readonly adapterOf: (user: number, cohort: number, slot: number) => number;

  /** At least one cohort must have a rate. */
  constructor(
    cohorts: readonly DrawnCohort[],
    slots: number,
    adapterOf: (user: number, cohort: number, slot: number) => number,
  ) {
    this.cohorts = cohorts;
    this.choice = new AliasTable(cohorts.map(({ rate }) => rate));
    this.slots = slots;
    this.adapterOf = adapterOf;
  }

  draw(random: Prng): number {
    const cohort = this.choice.draw(random);
    const { ranks, map, userStart } = this.cohorts[cohort];
    const user = userStart + map.user(ranks.draw(random));
    return this.adapterOf(user, cohort, this.slots > 1 ? random.integer(this.slots) : 0);
  }
}
