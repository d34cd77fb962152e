import type { MechanismEntry } from './entry.ts';

export const neighbours: MechanismEntry = {
  label: 'neighbours',
  summary: 'The other cohorts send nothing: a tenant against its own requests alone',
  source: 'VTC (Sheng et al., OSDI 2024) on isolation between tenants; the form of the comparison is own',
  metric: 'slowdown_p99',
  off(scenario, cohort) {
    const { population } = scenario;
    const others = population.cohorts.filter(({ name, rate }) => name !== cohort && rate > 0);
    // Bursts, clients and traces do not belong to a cohort alone.
    if (cohort === 'all' || others.length === 0 || population.arrivals.name !== 'open') return null;
    return {
      ...scenario,
      population: {
        ...population,
        cohorts: population.cohorts.map((one) => (one.name === cohort ? one : { ...one, rate: 0 })),
        flash_crowds: population.flash_crowds.filter((crowd) => crowd.cohort === cohort),
      },
    };
  },
};
