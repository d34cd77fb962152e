/** A small scenario for tests of the population; the parts that the population does not read are left out. */
import type { Cohort, Population, Scenario } from '../../../src/scenario/scenario.ts';

export interface Options {
  seed?: string;
  duration?: number;
  cells?: number;
  maxContext?: number;
  ranks?: Scenario['adapter']['rank'];
  population?: Partial<Omit<Population, 'cohorts'>>;
  cohorts?: Partial<Cohort>[];
}

export const choice = (name: string, params: Record<string, unknown> = {}) => ({ name, params });

export function scenario(options: Options = {}): Scenario {
  const cohorts = (options.cohorts ?? [{}]).map((cohort, k, all) => ({
    name: `cohort-${k}`,
    share: 1 / all.length,
    rate: 10,
    popularity: choice('zipf', { exponent: 1 }),
    prompt_tokens: choice('lognormal', { median: 200, sigma: 1, max: 4096 }),
    output_tokens: choice('lognormal', { median: 100, sigma: 0.8, max: 2048 }),
    rank: null,
    slo: null,
    weight: 1,
    priority: 0,
    burstiness: choice('poisson'),
    sessions: null,
    ...cohort,
  }));
  return {
    version: 1,
    name: 'test',
    seed: options.seed ?? 'seed',
    duration: options.duration ?? 1000,
    population: {
      users: 1000,
      adapters_per_user: 1,
      users_per_adapter: 1,
      popularity: choice('zipf'),
      max_rate_per_user: Number.POSITIVE_INFINITY,
      drift: choice('none'),
      arrivals: choice('open'),
      diurnal: { amplitude: 0, peak: 0, period: 86_400 },
      flash_crowds: [],
      start: 'cold',
      ...options.population,
      cohorts,
    },
    base: { max_context: options.maxContext ?? 32_768 },
    adapter: { rank: options.ranks ?? { ranks: [{ rank: 16, share: 1 }], assign: 'hash' } },
    hardware: { cells: options.cells ?? 1 },
  } as unknown as Scenario;
}
