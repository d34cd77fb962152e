/** The laws of think times, by the name a scenario gives them. */
import { exponential } from './exponential.ts';
import { fixed } from './fixed.ts';
import { gamma } from './gamma.ts';
import type { DurationEntry } from './law.ts';
import { lognormal } from './lognormal.ts';

export const DURATIONS: Record<string, DurationEntry> = { fixed, exponential, lognormal, gamma };
