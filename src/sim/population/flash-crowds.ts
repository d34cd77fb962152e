/**
 * Flash crowds: for a while, extra Poisson arrivals to the least popular users of a cohort (or of all cohorts in proportion to
 * their size), drawn uniformly. They come on top of the cohorts' rates, unchanged by the diurnal shape.
 *
 * A crowd's users are the last popularity ranks of the whole cohort. Those that fall in this cell are its own last ranks, and
 * it gets their share of the extra rate.
 */
import type { FlashCrowd, Scenario } from '../../scenario/scenario.ts';
import type { Prng } from '../random/prng.ts';
import { stream } from '../random/streams.ts';
import type { ArrivalProcess } from './arrivals/process.ts';
import { apportion, type Partition } from './partition.ts';
import { progressionLength } from './popularity/law.ts';

/** One crowd's part in one cohort and cell. */
interface Part {
  readonly cohort: number;
  /** Its users: the ranks first … first + users−1 of the cohort and cell. */
  readonly first: number;
  readonly users: number;
  /** Mean gap and the end of the crowd, ns. */
  readonly gapNs: number;
  readonly endNs: number;
  readonly random: Prng;
}

export class FlashCrowds implements ArrivalProcess {
  readonly reacts = false;
  nextNs = Number.POSITIVE_INFINITY;
  cohort = 0;
  rank = -1;
  readonly adapter = -1;
  readonly promptTokens = 0;
  readonly outputTokens = 0;
  private readonly parts: readonly Part[];
  private readonly due: Float64Array;
  private current = 0;

  /** @param meanTurns requests that follow from one arrival, by cohort: the crowd's rate counts all of them */
  constructor(scenario: Scenario, partition: Partition, cell: number, meanTurns: Float64Array) {
    const starts: number[] = [];
    const parts: Part[] = [];
    scenario.population.flash_crowds.forEach((crowd, index) => {
      crowdUsers(crowd, scenario, partition).forEach((users, k) => {
        const size = partition.sizes[k];
        const firstRank = partition.firstRank(k, cell);
        const own = partition.users(k, cell);
        const inside = own - progressionLength(firstRank, partition.cells, size - users.inCohort);
        if (inside === 0) return;
        const rate = (crowd.rate * inside) / users.inAll / meanTurns[k];
        const random = stream(scenario.seed, 'flash crowd', index, k, cell);
        if (rate === 0) return;
        parts.push({
          cohort: k,
          first: own - inside,
          users: inside,
          gapNs: 1e9 / rate,
          endNs: (crowd.at + crowd.duration) * 1e9,
          random,
        });
        starts.push(crowd.at * 1e9);
      });
    });
    this.parts = parts;
    this.due = Float64Array.from(starts);
    for (let i = 0; i < parts.length; i++) this.step(i);
    this.select();
  }

  advance(): void {
    this.step(this.current);
    this.select();
  }

  ended(): void {}

  private step(i: number): void {
    const part = this.parts[i];
    const due = this.due[i] + part.random.exponential() * part.gapNs;
    this.due[i] = due < part.endNs ? due : Number.POSITIVE_INFINITY;
  }

  private select(): void {
    const { due } = this;
    this.nextNs = Number.POSITIVE_INFINITY;
    let first = -1;
    for (let i = 0; i < due.length; i++) {
      if (first < 0 ? due[i] < Number.POSITIVE_INFINITY : due[i] < due[first]) first = i;
    }
    if (first < 0) return;
    const part = this.parts[first];
    this.current = first;
    this.cohort = part.cohort;
    this.nextNs = Math.round(due[first]);
    this.rank = part.first + part.random.integer(part.users);
  }
}

/** By cohort: how many of its users the crowd goes to, beside the number over all cohorts. */
function crowdUsers(
  crowd: FlashCrowd,
  scenario: Scenario,
  partition: Partition,
): { inCohort: number; inAll: number }[] {
  const { cohorts } = scenario.population;
  const weights = cohorts.map(({ name }, k) =>
    crowd.cohort === null || crowd.cohort === name ? partition.sizes[k] : 0,
  );
  const available = weights.reduce((a, b) => a + b, 0);
  if (available === 0) throw new RangeError(`a flash crowd goes to the cohort "${crowd.cohort}", which has no users`);
  const inAll = Math.min(crowd.users, available);
  return Array.from(apportion(inAll, weights), (inCohort) => ({ inCohort, inAll }));
}
