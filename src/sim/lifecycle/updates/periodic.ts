/**
 * Periodic: every adapter once a period, one after the other in a keyed order, over the whole period or inside a window of it: a
 * nightly wave of training. O(1) memory.
 */
import * as z from 'zod';
import { duration } from '../../../scenario/units.ts';
import { toNs } from '../../clock.ts';
import { Permutation } from '../../random/permutation.ts';
import type { UpdateContext, UpdateEntry, UpdateLaw } from './law.ts';

interface Params {
  period: number;
  at: number;
  window: number;
}

class Periodic implements UpdateLaw {
  nextNs = 0;
  adapter = 0;
  private readonly order: Permutation;
  private readonly adapters: number;
  private readonly params: Params;
  private round = 0;
  private place = -1;

  constructor(params: Params, { adapters, key }: UpdateContext) {
    this.params = params;
    this.adapters = adapters;
    this.order = new Permutation(adapters, key);
    this.advance();
  }

  advance(): void {
    const { params, adapters } = this;
    if (++this.place === adapters) {
      this.place = 0;
      this.round++;
    }
    const window = Math.min(params.window, params.period - params.at);
    const seconds = this.round * params.period + params.at + (window * (this.place + 0.5)) / adapters;
    this.nextNs = toNs(seconds);
    this.adapter = this.order.apply(this.place);
  }

  served(): boolean {
    return false;
  }

  taken(): void {}
}

export const periodic: UpdateEntry<Params> = {
  summary: 'every adapter once a period, for instance in a nightly window',
  source: 'own',
  params: z
    .strictObject({
      period: duration({ above: 0 }).default(86_400).describe('Time between two revisions of one adapter, seconds.'),
      at: duration().default(0).describe('When in the period the window begins, seconds.'),
      window: duration({ above: 0, infinity: true })
        .default(Number.POSITIVE_INFINITY)
        .describe('Length of the window in which all adapters have their turn, seconds; none: the rest of the period.'),
    })
    .refine(({ at, period }) => at < period, { error: 'the window begins after the period has ended', path: ['at'] }),
  create: (params, context) => new Periodic(params, context),
};
