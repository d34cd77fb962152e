/**
 * Poisson: every adapter is trained anew at one mean rate, whether it is used or not. The processes of all adapters together are
 * one Poisson process that picks an adapter uniformly, which is how it is drawn: O(1) an update, nothing an adapter.
 */
import * as z from 'zod';
import { rate } from '../../../scenario/units.ts';
import type { UpdateContext, UpdateEntry, UpdateLaw } from './law.ts';

class Poisson implements UpdateLaw {
  nextNs = Number.POSITIVE_INFINITY;
  adapter = 0;
  private readonly context: UpdateContext;
  private readonly meanNs: number;
  private clockNs = 0;

  constructor(perSecond: number, context: UpdateContext) {
    this.context = context;
    this.meanNs = 1e9 / (perSecond * context.adapters);
    this.advance();
  }

  advance(): void {
    const { random, adapters } = this.context;
    this.clockNs += random.exponential() * this.meanNs;
    this.nextNs = Math.round(this.clockNs);
    this.adapter = random.integer(adapters);
  }

  served(): boolean {
    return false;
  }

  taken(): void {}
}

export const poisson: UpdateEntry<{ rate: number }> = {
  summary: 'at one mean rate for every adapter, used or not',
  source: 'own',
  params: z.strictObject({
    rate: rate({ above: 0, max: 1e3 })
      .default(1 / 86_400)
      .describe('New revisions of one adapter, 1/s.'),
  }),
  create: (params, context) => new Poisson(params.rate, context),
};
