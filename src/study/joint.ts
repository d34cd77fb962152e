/**
 * All uncertain parameters at once: joint draws from their ranges, each simulated. One parameter at a time says nothing of what
 * several do together, and no sum or product of their effects does either where a queue tips over between them.
 *
 * A Latin hypercube (McKay, Beckman and Conover, Technometrics 21, 1979): of n draws, every n-th of each range holds one. Parameters
 * are drawn as independent ones, evenly on a logarithmic scale where a range is above 0: they are bandwidths, times and factors.
 */
import { median, quantileSorted, sortedCopy } from '../metrics/statistics/quantiles.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { stream } from '../sim/random/streams.ts';
import { endsOf, type Uncertainty } from './uncertainties/index.ts';

export interface Drawn {
  parameter: Uncertainty;
  /** The scenario's value. */
  value: number;
}

export interface Joint {
  draws: readonly {
    /** By the parameter's key. */
    values: Readonly<Record<string, number>>;
    /** By threshold: whether it holds in every replication. */
    holds: readonly boolean[];
    /** Why there is no result. */
    failure: string | null;
  }[];
  /** By metric, the mean over replications of each draw; null where it has no value. */
  byMetric: ReadonlyMap<string, readonly (number | null)[]>;
}

/** @returns `draws` lists of values, in the order of the parameters; the same ones for the same parameters and number */
export function jointValues(parameters: readonly Drawn[], draws: number): number[][] {
  const columns = parameters.map(({ parameter, value }) => {
    const random = stream('joint draws', parameter.key, draws);
    const [low, high] = endsOf(parameter, value);
    const log = low > 0;
    const places = shuffled(draws, (below) => random.integer(below));
    return places.map((place) => {
      const share = (place + random.uniform()) / draws;
      return log ? low * (high / low) ** share : low + share * (high - low);
    });
  });
  return Array.from({ length: draws }, (_, draw) => columns.map((column) => column[draw]));
}

/** The scenario with every parameter at its value of one draw. */
export const scenarioWith = (scenario: Scenario, parameters: readonly Drawn[], values: readonly number[]): Scenario =>
  parameters.reduce((changed, { parameter }, i) => parameter.write(changed, values[i]), scenario);

/** Least, lower quartile, median, upper quartile and greatest of the values that there are; null where there is none. */
export function quartiles(values: readonly (number | null)[]): [number, number, number, number, number] | null {
  const sorted = sortedCopy(values.filter((value) => value !== null));
  if (sorted.length === 0) return null;
  const at = (q: number) => quantileSorted(sorted, q) as number;
  return [at(0), at(0.25), median(sorted) as number, at(0.75), at(1)];
}

/** 0 … n − 1 in random order (Fisher and Yates). */
function shuffled(n: number, integer: (below: number) => number): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}
