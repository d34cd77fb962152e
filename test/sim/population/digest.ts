/** A scenario that uses every source of randomness of the population, and the hash of all that it produces. */
import { createHash } from 'node:crypto';
import { createPopulation } from '../../../src/sim/population/population.ts';
import { choice, scenario } from './scenario.ts';

const mixed = (seed: string) =>
  scenario({
    seed,
    duration: 600,
    cells: 3,
    population: {
      users: 10_000,
      adapters_per_user: 2,
      drift: choice('reshuffle', { period: 60, share: 0.2 }),
      diurnal: { amplitude: 0.5, peak: 100, period: 500 },
      flash_crowds: [{ at: 100, duration: 50, cohort: null, users: 20, rate: 10 }],
    },
    cohorts: [
      { rate: 20, burstiness: choice('gamma', { cv: 3 }) },
      {
        rate: 10,
        burstiness: choice('weibull', { cv: 2 }),
        sessions: { turns: choice('geometric'), think_time: choice('lognormal', { mean: 5 }), carry_context: true },
      },
    ],
  });

export function digest(seed: string): string {
  const hash = createHash('sha256');
  for (let cell = 0; cell < 3; cell++) {
    const { source, catalog } = createPopulation(mixed(seed), cell);
    while (source.nextNs < Number.POSITIVE_INFINITY) {
      const { nextNs, user, adapter, cohort, promptTokens, outputTokens, turn } = source;
      const rank = catalog.rankClass(adapter);
      hash.update(Float64Array.of(nextNs, user, adapter, cohort, promptTokens, outputTokens, turn, rank));
      source.advance();
      source.ended(user, cohort, turn, promptTokens, outputTokens, nextNs);
    }
    hash.update(catalog.mostPopular(100));
  }
  return hash.digest('hex');
}
