/** The popularity laws, by the name a scenario gives them. */
import { geometric } from './geometric.ts';
import type { PopularityEntry } from './law.ts';
import { power } from './power.ts';
import { quantiles } from './quantiles.ts';
import { uniform } from './uniform.ts';
import { zipf } from './zipf.ts';
import { zipfMandelbrot } from './zipf-mandelbrot.ts';

export const POPULARITY: Record<string, PopularityEntry> = {
  zipf,
  'zipf-mandelbrot': zipfMandelbrot,
  uniform,
  power,
  geometric,
  quantiles,
};
