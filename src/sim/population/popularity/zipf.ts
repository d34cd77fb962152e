/** Zipf's law: the user of popularity rank r (from 1) has weight r^(−exponent). */
import * as z from 'zod';
import { number } from '../../../scenario/units.ts';
import type { PopularityEntry } from './law.ts';
import { ZipfMandelbrot } from './zipf-mandelbrot.ts';

export const zipf: PopularityEntry<{ exponent: number }> = {
  summary: 'weight rank^-exponent',
  source: 'Zipf 1949; sampled by rejection-inversion, Hörmann and Derflinger, ACM TOMACS 1996',
  params: z.strictObject({
    exponent: number({ max: 10 }).default(1).describe('Steepness s; 0 is uniform, 1 is the classical law.'),
  }),
  create: ({ exponent }, users) => new ZipfMandelbrot(users, exponent, 0),
};
