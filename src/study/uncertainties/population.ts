/** What is uncertain in who asks how much: factors on what every cohort has its own of. */
import type { Choice } from '../../scenario/family.ts';
import type { Cohort, Scenario } from '../../scenario/scenario.ts';
import { ESTIMATE, numeric, type Uncertainty, withParam } from './uncertainty.ts';

/** A factor on something that every cohort has its own of. */
function cohorts(
  key: string,
  label: string,
  factors: readonly [number, number],
  source: string,
  scale: (cohort: Cohort, factor: number) => Cohort | null,
): Uncertainty {
  return {
    key,
    label,
    unit: '×',
    ends: { factors },
    source,
    read: ({ population }) => (population.cohorts.some((cohort) => scale(cohort, 1) !== null) ? 1 : null),
    write: (scenario, factor) => ({
      ...scenario,
      population: {
        ...scenario.population,
        cohorts: scenario.population.cohorts.map((cohort) => scale(cohort, factor) ?? cohort),
      },
    }),
  };
}

const SIZES = ['median', 'mean', 'tokens', 'min', 'max'] as const;

/** A length law stretched by `factor`; null for laws that are tables of values. Bounds that only clip stay. */
function stretched(law: Choice, factor: number): Choice | null {
  const keys =
    law.name === 'uniform' ? (['min', 'max'] as const) : SIZES.filter((key) => key !== 'min' && key !== 'max');
  const scaled = keys.filter((key) => typeof law.params[key] === 'number');
  if (scaled.length === 0) return null;
  const whole = law.name === 'uniform' || law.name === 'fixed';
  return scaled.reduce((choice, key) => {
    const value = (law.params[key] as number) * factor;
    return withParam(choice, key, whole ? Math.max(1, Math.round(value)) : value);
  }, law);
}

const openLoop = ({ population }: Scenario): boolean => population.arrivals.name === 'open';

export const POPULATION: readonly Uncertainty[] = [
  {
    ...cohorts('rate', 'request rate', [0.8, 1.25], `${ESTIMATE}: a forecast`, (cohort, factor) => ({
      ...cohort,
      rate: cohort.rate * factor,
    })),
    read: (scenario) => (openLoop(scenario) ? 1 : null),
  },
  cohorts('prompt_tokens', 'prompt length', [0.8, 1.25], `${ESTIMATE}: another user base`, (cohort, factor) => {
    const law = stretched(cohort.prompt_tokens, factor);
    return law === null ? null : { ...cohort, prompt_tokens: law };
  }),
  cohorts('output_tokens', 'output length', [0.8, 1.25], `${ESTIMATE}: another user base`, (cohort, factor) => {
    const law = stretched(cohort.output_tokens, factor);
    return law === null ? null : { ...cohort, output_tokens: law };
  }),
  cohorts(
    'popularity.exponent',
    'popularity exponent',
    [0.8, 1.25],
    'log-log slopes of clients and users in public traces, 0.8 to 1.2 (GenTD26, ServeGen)',
    (cohort, factor) => {
      const exponent = numeric(cohort.popularity.params.exponent);
      return exponent === null
        ? null
        : { ...cohort, popularity: withParam(cohort.popularity, 'exponent', exponent * factor) };
    },
  ),
];
