/** A small set of families, so that the language's tests do not depend on which policies exist. */
import { z } from 'zod';
import type { Entry } from '../../src/scenario/family.ts';
import type { Families } from '../../src/scenario/schema.ts';
import { count, duration, fraction, number, positive, rate } from '../../src/scenario/units.ts';

const entry = (params: z.ZodType = z.strictObject({})): Entry => ({ summary: 'for tests', source: 'own', params });
const clipped = { min: count({ min: 1 }).default(1), max: count({ min: 1 }).default(32_768) };

export const FAMILIES: Families = {
  popularity: {
    zipf: entry(z.strictObject({ exponent: number({ max: 10 }).default(1).describe('Steepness.') })),
    uniform: entry(),
  },
  drift: {
    none: entry(),
    shift: entry(z.strictObject({ period: duration().default(3600), share: fraction().default(0.01) })),
  },
  lengths: {
    fixed: entry(z.strictObject({ tokens: count({ min: 1 }).default(128) })),
    lognormal: entry(z.strictObject({ median: positive().optional(), sigma: number().optional(), ...clipped })),
    geometric: entry(z.strictObject({ mean: positive().default(4), ...clipped })),
  },
  durations: {
    fixed: entry(z.strictObject({ value: duration().default(0) })),
    exponential: entry(z.strictObject({ mean: duration().default(30) })),
  },
  burstiness: { poisson: entry(), gamma: entry(z.strictObject({ cv: positive().default(2) })) },
  arrivals: {
    open: entry(),
    closed: entry(z.strictObject({ clients: count({ min: 1 }).default(1) })),
    trace: entry(z.strictObject({ file: z.string().default('') })),
  },
  eviction: { lru: entry(), 'w-tinylfu': entry(z.strictObject({ window: fraction().default(0.01) })) },
  prefetch: { none: entry() },
  routing: {
    'least-outstanding': entry(),
    'adapter-affinity': entry(z.strictObject({ load_factor: positive().default(1.25) })),
  },
  scheduling: { fcfs: entry() },
  admission: { unlimited: entry(), 'token-bucket': entry(z.strictObject({ rate: rate().default(1) })) },
  cost: { roofline: entry() },
  updates: { none: entry(), poisson: entry(z.strictObject({ rate: rate().default(1e-5) })) },
};
