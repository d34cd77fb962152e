/**
 * Builds one cell of a scenario's population: its stream of arrivals and what is known of its adapters.
 *
 * Scenario times are seconds; from here on they are integer ns. Memory: two length tables and one alias table a cohort, O(1)
 * in the number of users, and 2 bytes a user where there are sessions.
 */
import type { Scenario } from '../../scenario/scenario.ts';
import type { Trace } from '../../scenario/trace.ts';
import { adaptersOf } from '../../scenario/volume.ts';
import { toNs } from '../clock.ts';
import { stream } from '../random/streams.ts';
import { AdapterDraw } from './adapter-draw.ts';
import { ARRIVALS } from './arrivals/index.ts';
import type { ArrivalProcess } from './arrivals/process.ts';
import { BURSTINESS } from './burstiness/index.ts';
import { CellCatalog } from './catalog.ts';
import { CellArrivals } from './cell-arrivals.ts';
import { member } from './choice.ts';
import { FirstTurns } from './first-turns.ts';
import { FlashCrowds } from './flash-crowds.ts';
import { LENGTHS } from './lengths/index.ts';
import { LengthTable } from './lengths/table.ts';
import { OperationalTime } from './operational-time.ts';
import { Partition } from './partition.ts';
import { RankSampler } from './popularity/rank-sampler.ts';
import { type CohortLaws, SessionLaw, SessionReturns } from './session-returns.ts';
import type { AdapterCatalog, ArrivalSource } from './source.ts';

export interface CellPopulation {
  readonly source: ArrivalSource;
  readonly catalog: AdapterCatalog;
  /** Users and mean request rate (1/s, flash crowds apart) by cohort in this cell. */
  readonly cohortUsers: Int32Array;
  readonly cohortRates: Float64Array;
  /** Adapters as they are asked for at t = 0, by the law of popularity (whatever a trace names); null where nobody sends. */
  popularity(): AdapterDraw | null;
}

/**
 * @param trace the rows, where the scenario's arrivals are a trace
 * @param laws what the cohorts ask for, which is the same in all cells: cells of one thread share the tables
 */
export function createPopulation(
  scenario: Scenario,
  cell: number,
  trace: Trace | null = null,
  laws: readonly CohortLaws[] = compileLaws(scenario),
): CellPopulation {
  const { population, seed, duration } = scenario;
  const { cells } = scenario.hardware;
  const horizonNs = toNs(duration);
  const partition = new Partition(scenario);
  const catalog = new CellCatalog(scenario, partition, cell);
  const [arrivals, arrivalParams] = member(ARRIVALS, population.arrivals, 'arrival mode');
  if (population.flash_crowds.length > 0 && !arrivals.crowds) {
    throw new RangeError(`flash crowds cannot be combined with ${population.arrivals.name} arrivals`);
  }

  const meanTurns = Float64Array.from(laws, ({ sessions }) => sessions?.meanTurns ?? 1);
  const cellRate = (index: number) => laws.reduce((sum, _, k) => sum + partition.rate(k, index) / meanTurns[k], 0);
  const cellAdapters = (index: number) =>
    laws.reduce((sum, _, k) => sum + adaptersOf(partition.users(k, index), population), 0);

  const cohortRates = Float64Array.from(laws, (_, k) => partition.rate(k, cell));
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
  const returns = new SessionReturns(laws, {
    users: catalog.users,
    slots: catalog.adaptersPerUser,
    maxContext: scenario.base.max_context,
    horizonNs,
    seed,
    cell,
  });
  const crowds = new FlashCrowds(scenario, partition, cell, meanTurns);
  const ranks = laws.map((_, k) =>
    partition.rate(k, cell) > 0
      ? new RankSampler(partition.rates[k], partition.firstRank(k, cell), partition.cells)
      : NOBODY,
  );
  /** Crowds have streams of their own: they come on top and change nobody else. */
  const turns = (of: ArrivalProcess, purpose: string) =>
    new FirstTurns(
      of,
      laws.map(({ prompt, output }, k) => ({
        popularity: ranks[k],
        prompt,
        output,
        random: stream(seed, purpose, k, cell),
      })),
      catalog.adaptersPerUser,
      horizonNs,
    );
  return {
    source: new CellArrivals(
      turns(process, 'requests'),
      turns(crowds, 'crowd requests'),
      returns,
      laws.map((_, k) => ({ map: catalog.rankMap(k) ?? NO_MAP, userStart: catalog.userStarts[k] })),
      catalog,
      horizonNs,
    ),
    catalog,
    cohortUsers: Int32Array.from(laws, (_, k) => partition.users(k, cell)),
    cohortRates,
    popularity: () =>
      cohortRates.some((rate) => rate > 0)
        ? new AdapterDraw(
            laws.map((_, k) => ({
              rate: cohortRates[k],
              ranks: ranks[k],
              map: catalog.rankMap(k) ?? NO_MAP,
              userStart: catalog.userStarts[k],
            })),
            catalog.adaptersPerUser,
            (user, cohort, slot) => catalog.adapterOf(user, cohort, slot),
          )
        : null,
  };
}

/** A cohort without users or requests here is never drawn from; its place is taken by a law over one user. */
const NOBODY = { draw: () => 0 };
const NO_MAP = { nextChangeNs: Number.POSITIVE_INFINITY, moveTo() {}, user: () => 0 };

/** The cohorts' laws of lengths and sessions as tables, in the order of scenario.population.cohorts. */
export function compileLaws({ population }: Scenario): CohortLaws[] {
  const [arrivals] = member(ARRIVALS, population.arrivals, 'arrival mode');
  return population.cohorts.map((cohort) => {
    const [promptEntry, promptParams] = member(LENGTHS, cohort.prompt_tokens, 'law of prompt lengths');
    const [outputEntry, outputParams] = member(LENGTHS, cohort.output_tokens, 'law of output lengths');
    return {
      prompt: new LengthTable(promptEntry.create(promptParams)),
      output: new LengthTable(outputEntry.create(outputParams)),
      sessions: arrivals.sessions && cohort.sessions !== null ? new SessionLaw(cohort.sessions) : null,
    };
  });
}
