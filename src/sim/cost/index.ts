/** The cost models, by the name a scenario gives them. */
import { calibrated } from './calibrated.ts';
import { coefficients } from './coefficients.ts';
import type { CostEntry } from './entry.ts';
import { profile } from './profile.ts';
import { roofline } from './roofline.ts';

export const COST: Record<string, CostEntry> = { roofline, calibrated, coefficients, profile };
