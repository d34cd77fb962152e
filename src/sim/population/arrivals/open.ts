/**
 * Open loop: every cohort is a renewal process (family `burstiness`) at its rate, whatever the system does. The cohorts'
 * streams are merged in operational time, which all of them share, so the diurnal shape costs one inversion an arrival.
 */
import * as z from 'zod';
import { toNs } from '../../clock.ts';
import type { Prng } from '../../random/prng.ts';
import { stream } from '../../random/streams.ts';
import type { GapLaw } from '../burstiness/law.ts';
import type { OperationalTime } from '../operational-time.ts';
import type { ArrivalContext, ArrivalEntry, ArrivalProcess } from './process.ts';

class OpenArrivals implements ArrivalProcess {
  readonly reacts = false;
  nextNs = Number.POSITIVE_INFINITY;
  cohort = 0;
  readonly rank = -1;
  readonly adapter = -1;
  readonly promptTokens = 0;
  readonly outputTokens = 0;
  /** Operational time of each cohort's next arrival, seconds, and its mean gap. */
  private readonly due: Float64Array;
  private readonly meanGap: Float64Array;
  private readonly gaps: readonly GapLaw[];
  private readonly random: readonly Prng[];
  private readonly time: OperationalTime;

  constructor({ seed, cell, rates, gaps, time }: ArrivalContext) {
    this.time = time;
    this.gaps = gaps;
    this.random = gaps.map((_, k) => stream(seed, 'gaps', k, cell));
    this.meanGap = rates.map((rate) => 1 / rate);
    this.due = rates.map((rate, k) => (rate > 0 ? gaps[k].residual(this.random[k]) / rate : Number.POSITIVE_INFINITY));
    this.select();
  }

  advance(): void {
    const k = this.cohort;
    this.due[k] += this.gaps[k].gap(this.random[k]) * this.meanGap[k];
    this.select();
  }

  ended(): void {}

  private select(): void {
    const { due } = this;
    let first = 0;
    let tau = due[0];
    for (let k = 1; k < due.length; k++) {
      if (due[k] < tau) {
        tau = due[k];
        first = k;
      }
    }
    this.cohort = first;
    this.nextNs = tau === Number.POSITIVE_INFINITY ? tau : toNs(this.time.seconds(tau));
  }
}

export const open: ArrivalEntry<Record<string, never>> = {
  summary: 'open loop: requests come at the cohorts’ rates whatever the system does',
  source: 'own',
  params: z.strictObject({}) as z.ZodType<Record<string, never>>,
  sessions: true,
  crowds: true,
  create: (_, context) => new OpenArrivals(context),
};
