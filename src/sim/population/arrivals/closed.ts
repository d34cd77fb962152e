/**
 * Closed loop: a fixed number of clients, each with one request (or session) at a time and a think time after it. Cohorts are
 * drawn in proportion to their rates, which have no other meaning here. The n-th request issued asks for the same user and
 * lengths whatever the policies do; only its time depends on them.
 */
import * as z from 'zod';
import { count, duration, number } from '../../../scenario/units.ts';
import { RequestHeap } from '../../batching/request-heap.ts';
import { toNs } from '../../clock.ts';
import { AliasTable } from '../../random/alias.ts';
import type { Prng } from '../../random/prng.ts';
import { stream } from '../../random/streams.ts';
import { exponential } from '../durations/exponential.ts';
import { fixed } from '../durations/fixed.ts';
import { gamma } from '../durations/gamma.ts';
import type { DurationLaw } from '../durations/law.ts';
import { apportion } from '../partition.ts';
import type { ArrivalContext, ArrivalEntry, ArrivalProcess } from './process.ts';

interface Params {
  clients: number;
  think_time: number;
  think_cv: number;
  requests: number;
}

function thinkTime({ think_time: mean, think_cv: cv }: Params): DurationLaw {
  if (cv === 0 || mean === 0) return fixed.create({ value: mean });
  return cv === 1 ? exponential.create({ mean }) : gamma.create({ mean, cv });
}

class ClosedArrivals implements ArrivalProcess {
  readonly reacts = true;
  nextNs: number;
  cohort = 0;
  readonly rank = -1;
  readonly adapter = -1;
  readonly promptTokens = 0;
  readonly outputTokens = 0;
  /** When each thinking client asks next. Clients are interchangeable, so nothing else is kept of them. */
  private readonly due = new RequestHeap();
  private issued = 0;
  private readonly most: number;
  private readonly think: DurationLaw;
  private readonly thinkRandom: Prng;
  private readonly cohorts: AliasTable;
  private readonly cohortRandom: Prng;

  constructor(params: Params, { seed, cell, rates, cellRates }: ArrivalContext) {
    this.think = thinkTime(params);
    this.thinkRandom = stream(seed, 'think time', cell);
    this.cohortRandom = stream(seed, 'cohort', cell);
    const clients = apportion(params.clients, cellRates)[cell];
    this.most = Number.isFinite(params.requests) ? apportion(params.requests, cellRates)[cell] : params.requests;
    this.cohorts = new AliasTable(cellRates[cell] > 0 ? rates : [1]);
    this.cohort = this.cohorts.draw(this.cohortRandom);
    for (let i = 0; i < clients; i++) this.schedule(0);
    this.nextNs = this.due.topKey();
  }

  advance(): void {
    this.due.pop();
    this.cohort = this.cohorts.draw(this.cohortRandom);
    this.nextNs = this.due.topKey();
  }

  ended(ns: number): void {
    this.schedule(ns);
    this.nextNs = this.due.topKey();
  }

  private schedule(ns: number): void {
    if (this.issued === this.most) return;
    this.due.push(0, ns + toNs(this.think.draw(this.thinkRandom)), this.issued++);
  }
}

export const closed: ArrivalEntry<Params> = {
  summary: 'closed loop: clients that wait for their answer and think before they ask again',
  source: 'own',
  params: z.strictObject({
    clients: count({ min: 1, max: 1e8 }).default(64).describe('Clients in the whole system.'),
    think_time: duration().default(0).describe('Mean time between an answer and the next request, seconds.'),
    think_cv: number({ max: 20 })
      .default(1)
      .describe('Coefficient of variation of the think time: 0 fixed, 1 exponential.'),
    requests: count({ min: 1, infinity: true })
      .default(Number.POSITIVE_INFINITY)
      .describe('Requests (or sessions) in all, as benchmark clients send; none: until the duration ends.'),
  }),
  sessions: true,
  crowds: false,
  create: (params, context) => new ClosedArrivals(params, context),
};
