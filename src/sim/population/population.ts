/**
 * Builds one cell of a scenario's population: its stream of arrivals and what is known of its adapters.
 *
 * Scenario times are seconds; from here on they are integer ns. Memory: two length tables and one alias table a cohort, O(1)
 * in the number of users, and 2 bytes a user where there are sessions.
 */
import type { Scenario } from '../../scenario/scenario.ts';
import type { Trace } from '../../scenario/trace.ts';
import { stream } from '../random/streams.ts';
import { ARRIVALS } from './arrivals/index.ts';
import { BURSTINESS } from './burstiness/index.ts';
import { adaptersOf, CellCatalog } from './catalog.ts';
import { CellArrivals, type CellCohort } from './cell-arrivals.ts';
import { member } from './choice.ts';
import { FlashCrowds } from './flash-crowds.ts';
import { LENGTHS } from './lengths/index.ts';
import { LengthTable } from './lengths/table.ts';
import { OperationalTime } from './operational-time.ts';
import { Partition } from './partition.ts';
import { RankSampler } from './popularity/rank-sampler.ts';
import { SessionLaw, SessionReturns } from './session-returns.ts';
import type { AdapterCatalog, ArrivalSource } from './source.ts';

export interface CellPopulation {
  readonly source: ArrivalSource;
  readonly catalog: AdapterCatalog;
  /** Users and mean request rate (1/s, flash crowds apart) by cohort in this cell. */
  readonly cohortUsers: Int32Array;
  readonly cohortRates: Float64Array;
}

/** @param trace the rows, where the scenario's arrivals are a trace */
export function createPopulation(scenario: Scenario, cell: number, trace: Trace | null = null): CellPopulation {
  const { population, seed, duration } = scenario;
  const { cells } = scenario.hardware;
  const horizonNs = Math.round(duration * 1e9);
  const partition = new Partition(scenario);
  const catalog = new CellCatalog(scenario, partition, cell);
  const [arrivals, arrivalParams] = member(ARRIVALS, population.arrivals, 'arrival mode');
  if (population.flash_crowds.length > 0 && !arrivals.crowds) {
    throw new RangeError(`flash crowds cannot be combined with ${population.arrivals.name} arrivals`);
  }

  const cohorts = population.cohorts.map((_, k) =>
    cellCohort(scenario, partition, catalog, cell, k, arrivals.sessions),
  );
  const meanTurns = Float64Array.from(cohorts, ({ sessions }) => sessions?.meanTurns ?? 1);
  const cellRate = (index: number) => cohorts.reduce((sum, _, k) => sum + partition.rate(k, index) / meanTurns[k], 0);
  const cellAdapters = (index: number) =>
    cohorts.reduce((sum, _, k) => sum + adaptersOf(partition.users(k, index), population), 0);

  const cohortRates = Float64Array.from(cohorts, (_, k) => partition.rate(k, cell));
  const process = arrivals.create(arrivalParams, {
    seed,
    cell,
    rates: cohortRates.map((rate, k) => rate / meanTurns[k]),
    gaps: population.cohorts.map(({ burstiness }) => {
      const [entry, params] = member(BURSTINESS, burstiness, 'burstiness');
      return entry.create(params);
    }),
    time: new OperationalTime(population.diurnal),
    catalog,
    cellRates: Float64Array.from({ length: cells }, (_, index) => cellRate(index)),
    cellAdapters: Float64Array.from({ length: cells }, (_, index) => cellAdapters(index)),
    trace,
  });
  const returns = new SessionReturns(cohorts, {
    users: catalog.users,
    slots: catalog.adaptersPerUser,
    maxContext: scenario.base.max_context,
    horizonNs,
    seed,
    cell,
  });
  const crowds = new FlashCrowds(scenario, partition, cell, meanTurns);
  return {
    source: new CellArrivals(process, crowds, returns, cohorts, catalog, horizonNs),
    catalog,
    cohortUsers: Int32Array.from(cohorts, (_, k) => partition.users(k, cell)),
    cohortRates,
  };
}

/** A cohort without users or requests here is never drawn from; its place is taken by a law over one user. */
const NOBODY = { draw: () => 0 };
const NO_MAP = { nextChangeNs: Number.POSITIVE_INFINITY, moveTo() {}, user: () => 0 };

function cellCohort(
  scenario: Scenario,
  partition: Partition,
  catalog: CellCatalog,
  cell: number,
  k: number,
  withSessions: boolean,
): CellCohort {
  const cohort = scenario.population.cohorts[k];
  const [promptEntry, promptParams] = member(LENGTHS, cohort.prompt_tokens, 'law of prompt lengths');
  const [outputEntry, outputParams] = member(LENGTHS, cohort.output_tokens, 'law of output lengths');
  return {
    popularity:
      partition.rate(k, cell) > 0
        ? new RankSampler(partition.rates[k], partition.firstRank(k, cell), partition.cells)
        : NOBODY,
    map: catalog.rankMap(k) ?? NO_MAP,
    userStart: catalog.userStarts[k],
    prompt: new LengthTable(promptEntry.create(promptParams)),
    output: new LengthTable(outputEntry.create(outputParams)),
    sessions: withSessions && cohort.sessions !== null ? new SessionLaw(cohort.sessions) : null,
    random: stream(scenario.seed, 'requests', k, cell),
  };
}
