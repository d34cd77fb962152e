/** How much a population is: adapters that exist, requests that it sends. */
import type { Population } from './scenario.ts';

/** Of `users` users, of one cohort and cell or of all. */
export function adaptersOf(users: number, shape: Pick<Population, 'adapters_per_user' | 'users_per_adapter'>): number {
  return shape.users_per_adapter === 1 ? users * shape.adapters_per_user : Math.ceil(users / shape.users_per_adapter);
}

/** Mean request rate of all cohorts, later turns of sessions included and flash crowds apart, 1/s. */
export function requestRate({ cohorts }: Pick<Population, 'cohorts'>): number {
  return cohorts.reduce((sum, { rate }) => sum + rate, 0);
}
