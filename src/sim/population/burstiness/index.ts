/** The renewal processes of arrivals, by the name a scenario gives them. */
import { gamma } from './gamma.ts';
import type { BurstinessEntry } from './law.ts';
import { poisson } from './poisson.ts';
import { weibull } from './weibull.ts';

export const BURSTINESS: Record<string, BurstinessEntry> = { poisson, gamma, weibull };
