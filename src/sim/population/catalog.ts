/**
 * One cell's users and adapters, numbered cohort by cohort, with nothing stored per user or adapter.
 *
 * A user owns `adapters_per_user` adapters (user·k … user·k + k−1), or `users_per_adapter` consecutive users of a cohort share
 * one. Adapters never span cohorts, so a cohort's own rank mix applies.
 */
import { rankClasses } from '../../scenario/geometry.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { adaptersOf } from '../../scenario/volume.ts';
import { RequestHeap } from '../batching/request-heap.ts';
import { hash32 } from '../random/hash.ts';
import { Permutation } from '../random/permutation.ts';
import { streamKey } from '../random/streams.ts';
import { member } from './choice.ts';
import { DRIFT } from './drift/index.ts';
import type { RankMap } from './drift/law.ts';
import type { Partition } from './partition.ts';
import { RankClasses } from './rank-classes.ts';
import type { AdapterCatalog } from './source.ts';

export class CellCatalog implements AdapterCatalog {
  readonly users: number;
  readonly adapters: number;
  readonly ranks: readonly number[];
  /** First user and first adapter of each cohort, one more entry at the end. */
  readonly userStarts: Int32Array;
  readonly adapterStarts: Int32Array;
  readonly adaptersPerUser: number;
  private readonly usersPerAdapter: number;
  private readonly scenario: Scenario;
  private readonly cell: number;
  private readonly partition: Partition;
  private readonly rankClasses: readonly RankClasses[];
  private readonly globalStarts: Float64Array;
  private readonly globalOrder: readonly Permutation[];

  constructor(scenario: Scenario, partition: Partition, cell: number) {
    const { population, seed } = scenario;
    const cohorts = population.cohorts.length;
    if (population.users * population.adapters_per_user > 2 ** 31 - 1) {
      throw new RangeError(
        `a population may have at most 2^31 − 1 adapters, this one has ${population.users * population.adapters_per_user}`,
      );
    }
    this.scenario = scenario;
    this.partition = partition;
    this.cell = cell;
    this.adaptersPerUser = population.adapters_per_user;
    this.usersPerAdapter = population.users_per_adapter;
    this.userStarts = new Int32Array(cohorts + 1);
    this.adapterStarts = new Int32Array(cohorts + 1);
    this.globalStarts = new Float64Array(cohorts + 1);
    for (let k = 0; k < cohorts; k++) {
      const users = partition.users(k, cell);
      this.userStarts[k + 1] = this.userStarts[k] + users;
      this.adapterStarts[k + 1] = this.adapterStarts[k] + adaptersOf(users, population);
      this.globalStarts[k + 1] = this.globalStarts[k] + partition.sizes[k];
    }
    this.users = this.userStarts[cohorts];
    this.adapters = this.adapterStarts[cohorts];
    this.ranks = rankClasses(scenario);
    this.rankClasses = population.cohorts.map((cohort, k) => {
      const key = hash32(streamKey(seed, 'rank', k), cell, 0);
      return new RankClasses(cohort.rank ?? scenario.adapter.rank, this.ranks, key);
    });
    this.globalOrder = population.cohorts.map(
      (_, k) => new Permutation(Math.max(1, partition.sizes[k]), streamKey(seed, 'global user', k)),
    );
  }

  rankClass(adapter: number): number {
    const k = cohortAt(this.adapterStarts, adapter);
    return this.rankClasses[k].classOf(adapter - this.adapterStarts[k]);
  }

  cohortOfUser(user: number): number {
    return cohortAt(this.userStarts, user);
  }

  globalUser(user: number): number {
    const k = cohortAt(this.userStarts, user);
    const { cells } = this.partition;
    const place = this.partition.firstRank(k, this.cell) + (user - this.userStarts[k]) * cells;
    return this.globalStarts[k] + this.globalOrder[k].apply(place);
  }

  /** The adapter of a user's request; `slot` < adapters_per_user says which one of the user's. */
  adapterOf(user: number, cohort: number, slot: number): number {
    if (this.usersPerAdapter === 1) return user * this.adaptersPerUser + slot;
    return this.adapterStarts[cohort] + Math.floor((user - this.userStarts[cohort]) / this.usersPerAdapter);
  }

  /** A user of the adapter: the first of those that share it. */
  userOfAdapter(adapter: number): number {
    if (this.usersPerAdapter === 1) return Math.floor(adapter / this.adaptersPerUser);
    const k = cohortAt(this.adapterStarts, adapter);
    return this.userStarts[k] + (adapter - this.adapterStarts[k]) * this.usersPerAdapter;
  }

  /** A fresh map from popularity rank to user, as it is at t = 0; null for a cohort without users in this cell. */
  rankMap(cohort: number): RankMap | null {
    const users = this.userStarts[cohort + 1] - this.userStarts[cohort];
    if (users === 0) return null;
    const [entry, params] = member(DRIFT, this.scenario.population.drift, 'drift');
    return entry.create(params, users, hash32(streamKey(this.scenario.seed, 'rank map', cohort), this.cell, 0));
  }

  mostPopular(count: number): Int32Array {
    const wanted = Math.min(count, this.adapters);
    return this.usersPerAdapter === 1 ? this.mostPopularOwned(wanted) : this.mostPopularShared(wanted);
  }

  /** Rate of the user that holds popularity rank `rank` of a cohort in this cell, 1/s. */
  private rate(cohort: number, rank: number): number {
    const { partition, cell } = this;
    return partition.rates[cohort].rate(partition.firstRank(cohort, cell) + rank * partition.cells);
  }

  /** Merges the cohorts' users in order of rate. O(count · cohorts). */
  private mostPopularOwned(count: number): Int32Array {
    const cohorts = this.userStarts.length - 1;
    const maps = Array.from({ length: cohorts }, (_, k) => this.rankMap(k));
    const next = new Int32Array(cohorts);
    const rates = Float64Array.from(maps, (map, k) => (map === null ? -1 : this.rate(k, 0)));
    const result = new Int32Array(count);
    for (let filled = 0; filled < count; ) {
      let best = 0;
      for (let k = 1; k < cohorts; k++) if (rates[k] > rates[best]) best = k;
      const user = this.userStarts[best] + maps[best]!.user(next[best]);
      for (let slot = 0; slot < this.adaptersPerUser && filled < count; slot++) {
        result[filled++] = user * this.adaptersPerUser + slot;
      }
      const rank = ++next[best];
      rates[best] = rank < this.userStarts[best + 1] - this.userStarts[best] ? this.rate(best, rank) : -1;
    }
    return result;
  }

  /** Adds up the rates of the users of each adapter. O(users + adapters · log count). */
  private mostPopularShared(count: number): Int32Array {
    const rates = new Float64Array(this.adapters);
    for (let k = 0; k + 1 < this.userStarts.length; k++) {
      const map = this.rankMap(k);
      if (map === null) continue;
      for (let rank = 0; rank < this.userStarts[k + 1] - this.userStarts[k]; rank++) {
        rates[this.adapterOf(this.userStarts[k] + map.user(rank), k, 0)] += this.rate(k, rank);
      }
    }
    const heap = new RequestHeap();
    for (let adapter = 0; adapter < this.adapters; adapter++) {
      if (heap.size === count && rates[adapter] <= heap.topKey()) continue;
      heap.push(adapter, rates[adapter], -adapter);
      if (heap.size > count) heap.pop();
    }
    const result = new Int32Array(count);
    for (let i = count - 1; i >= 0; i--) result[i] = heap.pop();
    return result;
  }
}

/** Which of a few consecutive ranges, given by their starts and the end, holds the value. */
function cohortAt(starts: Int32Array, value: number): number {
  let k = starts.length - 2;
  while (k > 0 && value < starts[k]) k--;
  return k;
}
