import type { MechanismEntry } from './entry.ts';

export const arrivals: MechanismEntry = {
  label: 'new adapters',
  summary: 'No flash crowd: users who have not been seen for long do not all come at once',
  source: 'MinT (arXiv 2605.13779), section 5.3: admission beside warm traffic',
  metric: 'ttft_ms_p99',
  off(scenario, cohort) {
    const { population } = scenario;
    // What is left of the cohort's own requests must be the same ones.
    const others = population.flash_crowds.filter((crowd) => crowd.cohort !== null && crowd.cohort !== cohort);
    if (others.length === 0) return null;
    const own = population.flash_crowds.filter((crowd) => !others.includes(crowd));
    return { ...scenario, population: { ...population, flash_crowds: own } };
  },
};
