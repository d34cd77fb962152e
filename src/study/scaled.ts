/**
 * A smaller system at the same load per replica, for searches: 1/n of the users, requests, replicas, cells and shared
 * bandwidth. Cells keep their size, and cells only meet at the object store, so what is simulated is n-th of the cells of the
 * same system; what is lost is the luck of the draw between cells. Results of it are labelled, and never the last word.
 */
import { UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';

/** Throws a UserError where the system cannot be cut into `n` equal parts of whole cells. */
export function scaleDown(scenario: Scenario, n: number): Scenario {
  if (n === 1) return scenario;
  const { hardware, population } = scenario;
  const { cells, replicas } = hardware;
  if (cells % n !== 0) {
    const fitting = Array.from({ length: cells }, (_, i) => i + 1).filter((part) => part > 1 && cells % part === 0);
    throw new UserError(
      `--scale ${n}: ${cells} ${cells === 1 ? 'cell' : 'cells'} cannot be divided by ${n}. ` +
        (fitting.length === 0
          ? 'A system of one cell has no smaller part that is like it; simulate a shorter time instead (--search-set duration=…).'
          : `Use ${fitting.join(', ')}.`),
    );
  }
  if (!['open', 'closed'].includes(population.arrivals.name)) {
    throw new UserError(
      `--scale: arrivals in the mode ${population.arrivals.name} are a given list and cannot be thinned; only open and closed loops can be scaled.`,
    );
  }
  return {
    ...scenario,
    population: {
      ...population,
      users: Math.max(1, Math.round(population.users / n)),
      cohorts: population.cohorts.map((cohort) => ({ ...cohort, rate: cohort.rate / n })),
      arrivals: fewerClients(population.arrivals, n),
      flash_crowds: population.flash_crowds.map((crowd) => ({
        ...crowd,
        users: Math.max(1, Math.round(crowd.users / n)),
        rate: crowd.rate / n,
      })),
    },
    hardware: {
      ...hardware,
      replicas: replicas / n,
      cells: cells / n,
      object_store: { ...hardware.object_store, bandwidth: hardware.object_store.bandwidth / n },
    },
  };
}

function fewerClients(arrivals: Scenario['population']['arrivals'], n: number): Scenario['population']['arrivals'] {
  const { clients } = arrivals.params as { clients?: number };
  if (clients === undefined) return arrivals;
  return { ...arrivals, params: { ...arrivals.params, clients: Math.max(1, Math.round(clients / n)) } };
}
