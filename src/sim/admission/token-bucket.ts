/**
 * One token bucket a cohort and cell: it fills at `rate` up to `burst` tokens, a request takes one or is refused. So at most
 * burst + rate·t requests of a cohort are admitted in any t seconds.
 *
 * Kept as the generic cell rate algorithm (ITU-T I.371, Annex A), the same thing with one number a bucket: the time at which
 * it would be full again. O(1).
 */
import * as z from 'zod';
import { count, rate } from '../../scenario/units.ts';
import type { AdmissionContext, AdmissionEntry, AdmissionPolicy } from './policy.ts';

class TokenBucket implements AdmissionPolicy {
  /** ns a token takes to refill, and how far ahead of now "full again" may lie for a request to be admitted. By cohort. */
  private readonly refillNs: Float64Array;
  private readonly toleranceNs: Float64Array;
  private readonly fullNs: Float64Array;

  constructor(params: z.infer<typeof schema>, context: AdmissionContext) {
    const { cohorts } = context;
    this.refillNs = new Float64Array(cohorts);
    this.toleranceNs = new Float64Array(cohorts);
    this.fullNs = new Float64Array(cohorts);
    for (let cohort = 0; cohort < cohorts; cohort++) {
      this.refillNs[cohort] = 1e9 / (params.cohort_rates[cohort] ?? params.rate);
      this.toleranceNs[cohort] = (params.burst - 1) * this.refillNs[cohort];
    }
  }

  admit(_user: number, cohort: number, _promptTokens: number, nowNs: number): boolean {
    const full = Math.max(nowNs, this.fullNs[cohort]);
    if (full - nowNs > this.toleranceNs[cohort]) return false;
    this.fullNs[cohort] = full + this.refillNs[cohort];
    return true;
  }
}

const schema = z.strictObject({
  rate: rate({ above: 0 }).default(100).describe('requests per second that a cohort may sustain in a cell'),
  burst: count({ min: 1 }).default(100).describe('requests that a cohort may send at once after a pause'),
  cohort_rates: z
    .array(rate({ above: 0 }))
    .default([])
    .describe('rates of the first cohorts, in the order of the scenario; the others have `rate`'),
});

export const tokenBucket: AdmissionEntry<z.infer<typeof schema>> = {
  summary: 'Limits the rate and burst of each cohort',
  source: 'Turner, IEEE Communications Magazine 24(10), 1986; ITU-T I.371',
  params: schema,
  create: (chosen, context) => new TokenBucket(chosen, context),
};
