/**
 * Virtual token counter (VTC): fair sharing between users. Each user's counter grows by the weighted tokens of the service
 * received, divided by the weight of the user's cohort; the waiting user with the smallest counter goes first. A user who
 * comes back is lifted to the smallest counter among active users, so idle time earns no credit.
 *
 * Bound (section 4 of the paper): while two users of equal weight stay backlogged, their service differs by at most
 * 2·max(w_p·L_input, w_q·M), L_input being the longest prompt and M the most tokens of requests that run at once. Where a
 * request's output is charged when it ends instead of token by token, M counts the running requests with their final lengths.
 *
 * The smallest active counter stands on top of a heap: O(log active users) an event, 12 bytes a user and 4 an active one.
 */
import * as z from 'zod';
import { number } from '../../scenario/units.ts';
import type { SchedulingContext, SchedulingEntry, SchedulingPolicy } from './policy.ts';

class Vtc implements SchedulingPolicy {
  readonly dynamic = true;
  private readonly weights: Float64Array;
  private readonly inputWeight: number;
  private readonly outputWeight: number;
  private readonly counter: Float64Array;
  /** Heap of active users by counter; a user's place in it, −1 where inactive. Grows by doubling. */
  private active = new Int32Array(1024);
  private activeCount = 0;
  private readonly place: Int32Array;
  /** Counter of the user who was last to leave an idle system. */
  private lastLevel = 0;

  constructor(inputWeight: number, outputWeight: number, context: SchedulingContext) {
    this.weights = context.weights;
    this.inputWeight = inputWeight;
    this.outputWeight = outputWeight;
    this.counter = new Float64Array(context.users);
    this.place = new Int32Array(context.users).fill(-1);
  }

  key(user: number): number {
    return this.counter[user];
  }

  joined(user: number): void {
    const level = this.activeCount > 0 ? this.counter[this.active[0]] : this.lastLevel;
    if (this.counter[user] < level) this.counter[user] = level;
    if (this.activeCount === this.active.length) {
      const grown = new Int32Array(2 * this.active.length);
      grown.set(this.active);
      this.active = grown;
    }
    this.up(this.activeCount++, user);
  }

  left(user: number): void {
    const at = this.place[user];
    this.place[user] = -1;
    const last = this.active[--this.activeCount];
    if (this.activeCount === 0) this.lastLevel = this.counter[user];
    else if (last !== user) this.settle(at, last);
  }

  served(user: number, cohort: number, promptTokens: number, outputTokens: number): void {
    const service = this.inputWeight * promptTokens + this.outputWeight * outputTokens;
    this.counter[user] += service / this.weights[cohort];
    if (this.place[user] !== -1) this.down(this.place[user], user);
  }

  private settle(at: number, user: number): void {
    if (at > 0 && this.counter[user] < this.counter[this.active[(at - 1) >> 1]]) this.up(at, user);
    else this.down(at, user);
  }

  private up(from: number, user: number): void {
    const { active, counter, place } = this;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = active[above];
      if (counter[parent] <= counter[user]) break;
      active[at] = parent;
      place[parent] = at;
      at = above;
    }
    active[at] = user;
    place[user] = at;
  }

  private down(from: number, user: number): void {
    const { active, counter, place, activeCount } = this;
    let at = from;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= activeCount) break;
      if (below + 1 < activeCount && counter[active[below + 1]] < counter[active[below]]) below++;
      const child = active[below];
      if (counter[child] >= counter[user]) break;
      active[at] = child;
      place[child] = at;
      at = below;
    }
    active[at] = user;
    place[user] = at;
  }
}

const params = z.strictObject({
  input_weight: number().default(1).describe('service of one prompt token'),
  output_weight: number().default(2).describe('service of one output token'),
});

export const vtc: SchedulingEntry<z.infer<typeof params>> = {
  summary: 'Fair share between users by virtual token counters',
  source: 'Sheng et al., OSDI 2024',
  params,
  create: (chosen, context) => new Vtc(chosen.input_weight, chosen.output_weight, context),
};
