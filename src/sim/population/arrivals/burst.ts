/** A burst: all requests at t = 0, and nothing after. How fast do so many (cold) adapters come up? */
import * as z from 'zod';
import { count } from '../../../scenario/units.ts';
import { AliasTable } from '../../random/alias.ts';
import { Permutation } from '../../random/permutation.ts';
import type { Prng } from '../../random/prng.ts';
import { stream, streamKey } from '../../random/streams.ts';
import { apportion } from '../partition.ts';
import type { ArrivalContext, ArrivalEntry, ArrivalProcess } from './process.ts';

const MODES = ['popularity', 'uniform', 'distinct', 'same'] as const;

interface Params {
  requests: number;
  adapters: (typeof MODES)[number];
}

/** Requests of this cell. All cells compute the same split. */
function ownRequests({ requests, adapters }: Params, { cell, cellRates, cellAdapters }: ArrivalContext): number {
  if (adapters === 'same') return cell === 0 ? requests : 0;
  const own = apportion(requests, adapters === 'popularity' ? cellRates : cellAdapters)[cell];
  if (adapters === 'distinct' && own > cellAdapters[cell]) {
    const all = cellAdapters.reduce((a, b) => a + b, 0);
    throw new RangeError(`a burst of ${requests} distinct adapters needs as many adapters; the population has ${all}`);
  }
  return own;
}

class Burst implements ArrivalProcess {
  readonly reacts = false;
  nextNs = Number.POSITIVE_INFINITY;
  cohort = 0;
  readonly rank = -1;
  adapter = -1;
  readonly promptTokens = 0;
  readonly outputTokens = 0;
  private readonly mode: Params['adapters'];
  private readonly requests: number;
  private issued = 0;
  private readonly random: Prng;
  private readonly catalog: ArrivalContext['catalog'];
  private readonly cohorts: AliasTable | null;
  private readonly deal: Permutation;

  constructor(params: Params, context: ArrivalContext) {
    const { seed, cell, rates, catalog, cellRates } = context;
    this.mode = params.adapters;
    this.requests = ownRequests(params, context);
    this.catalog = catalog;
    this.random = stream(seed, 'burst', cell);
    this.cohorts = cellRates[cell] > 0 ? new AliasTable(rates) : null;
    this.deal = new Permutation(Math.max(1, catalog.adapters), streamKey(seed, 'burst', cell));
    if (this.mode === 'same' && this.requests > 0) this.adapter = catalog.mostPopular(1)[0];
    this.select();
  }

  advance(): void {
    this.issued++;
    this.select();
  }

  ended(): void {}

  private select(): void {
    this.nextNs = this.issued < this.requests ? 0 : Number.POSITIVE_INFINITY;
    if (this.nextNs !== 0) return;
    if (this.mode === 'popularity') {
      this.cohort = this.cohorts === null ? 0 : this.cohorts.draw(this.random);
      return;
    }
    if (this.mode === 'uniform') this.adapter = this.random.integer(this.catalog.adapters);
    else if (this.mode === 'distinct') this.adapter = this.deal.apply(this.issued);
    this.cohort = this.catalog.cohortOfUser(this.catalog.userOfAdapter(this.adapter));
  }
}

export const burst: ArrivalEntry<Params> = {
  summary: 'a number of requests at t = 0, to drawn, distinct or the same adapters',
  source: 'own; distinct and shared bursts are those MinT measures cold loads with',
  params: z.strictObject({
    requests: count({ min: 1, max: 1e8 }).default(64).describe('Requests in the whole system.'),
    adapters: z
      .enum(MODES)
      .default('popularity')
      .describe(
        'Whose adapters: drawn by popularity, drawn uniformly with replacement, all distinct, or all the same.',
      ),
  }),
  sessions: true,
  crowds: true,
  create: (params, context) => new Burst(params, context),
};
