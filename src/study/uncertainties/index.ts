/**
 * What a simulation assumes and nobody knows exactly: each parameter with its uncertainty and where that comes from.
 * "Estimate" marks ranges that rest on judgement; the others on published or public measurements that the source names.
 *
 * A range of `values` holds whatever the scenario says; one of `factors` is taken around the scenario's value. A parameter that
 * plays no part in a scenario (another cost model, no collective, no cold load on the path) has the value null there and is left out.
 */
import { HARDWARE, PRICES } from './hardware.ts';
import { POPULATION } from './population.ts';
import { STEP_COST } from './step-cost.ts';
import type { Uncertainty } from './uncertainty.ts';

export { type Beyond, beyondOf, endsOf, type Uncertainty } from './uncertainty.ts';

export const UNCERTAINTIES: readonly Uncertainty[] = [...STEP_COST, ...HARDWARE, ...POPULATION, ...PRICES];

/** Only money: nothing that is simulated depends on it. */
export const isPrice = ({ key }: Pick<Uncertainty, 'key'>): boolean => PRICES.some((price) => price.key === key);
