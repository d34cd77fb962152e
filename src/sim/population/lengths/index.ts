/** The laws of token counts and turns, by the name a scenario gives them. */
import { fixed } from './fixed.ts';
import { gamma } from './gamma.ts';
import { geometric } from './geometric.ts';
import type { LengthEntry } from './law.ts';
import { lognormal } from './lognormal.ts';
import { quantiles } from './quantiles.ts';
import { uniform } from './uniform.ts';

export const LENGTHS: Record<string, LengthEntry> = { fixed, uniform, lognormal, gamma, geometric, quantiles };
