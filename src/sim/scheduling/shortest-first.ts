/**
 * Shortest job first: by prompt plus predicted output tokens. The prediction is the true output length times a lognormal
 * error with median 1; `noise` 0 is an oracle. The error depends on (user, arrival) only, so asking twice gives one answer.
 * Long requests can starve: nothing ages them.
 */
import * as z from 'zod';
import { number } from '../../scenario/units.ts';
import { hashFraction } from '../random/hash.ts';
import type { SchedulingEntry, SchedulingPolicy } from './policy.ts';

const RADIUS_KEY = 0x736a6672;
const ANGLE_KEY = 0x736a6661;

class ShortestFirst implements SchedulingPolicy {
  readonly dynamic = false;
  private readonly noise: number;

  constructor(noise: number) {
    this.noise = noise;
  }

  key(user: number, _cohort: number, arrivalNs: number, promptTokens: number, outputTokens: number): number {
    if (this.noise === 0) return promptTokens + outputTokens;
    const moment = (arrivalNs % 2 ** 32) ^ (arrivalNs / 2 ** 32);
    // Box and Muller's transform of two keyed uniforms.
    const radius = Math.sqrt(-2 * Math.log(hashFraction(RADIUS_KEY, user, moment)));
    const normal = radius * Math.cos(2 * Math.PI * hashFraction(ANGLE_KEY, user, moment));
    return promptTokens + outputTokens * Math.exp(this.noise * normal);
  }

  joined(): void {}

  left(): void {}

  served(): void {}
}

const params = z.strictObject({
  noise: number({ max: 10 })
    .default(0)
    .describe('standard deviation of the natural logarithm of predicted over true output length'),
});

export const shortestFirst: SchedulingEntry<z.infer<typeof params>> = {
  summary: 'Fewest prompt plus predicted output tokens first',
  source: 'Schrage, Operations Research 16(3), 1968',
  params,
  create: (chosen) => new ShortestFirst(chosen.noise),
};
