/**
 * A step time proportional to the batch makes decoding egalitarian processor sharing: n requests each advance at 1/n of the
 * speed. M/G/1-PS: the mean response of a request of size x is x/(1 − ρ), whatever the distribution of sizes (Kleinrock,
 * Queueing Systems II, 1976, section 4.4). The step is a thousandth to a hundredth of a response: requests rarely change within one.
 */
import { describe, expect, it } from 'vitest';
import { batchMeans, geometric, poissonArrivals, responses, STEP_NS, serve } from './queueing.ts';

const MEAN = 250;
const LOAD = 0.6;
const REQUESTS = 24_000;

/** Three distributions of one mean; squared coefficients of variation 0, 1 and 3. */
const SIZES: Record<string, (u: number) => number> = {
  fixed: () => MEAN,
  geometric: geometric(MEAN),
  'two-point': (u) => (u < 0.1 ? 1_600 : 100),
};

function run(size: (u: number) => number, seed: number) {
  const arrivals = poissonArrivals(REQUESTS, LOAD / (MEAN * STEP_NS), size, seed);
  const { log } = serve(arrivals, 256, (requests) => Math.max(1, requests));
  const first = REQUESTS / 10;
  return { sizes: arrivals.slice(first).map((a) => a.output), times: responses(log.finishedRequests) };
}

describe('M/G/1 processor sharing', () => {
  it.each(Object.keys(SIZES))('mean response s/(1 − ρ) with %s sizes', (name) => {
    const { times } = run(SIZES[name], 41);
    const { mean, limit } = batchMeans(times);
    // A newcomer waits for the end of the step under way (on average ρ/2 steps of the batch it meets): 2 steps are ample.
    expect(Math.abs(mean - MEAN / (1 - LOAD))).toBeLessThan(limit + 2);
    expect(limit / mean).toBeLessThan(0.2);
  });

  it('slows every size down by the same factor 1/(1 − ρ)', () => {
    const { sizes, times } = run(SIZES['two-point'], 43);
    for (const size of [100, 1_600]) {
      const slowdowns = times.filter((_, i) => sizes[i] === size).map((time) => time / size);
      const { mean, limit } = batchMeans(slowdowns);
      expect(Math.abs(mean - 1 / (1 - LOAD))).toBeLessThan(limit + 2 / size);
      expect(limit / mean).toBeLessThan(0.2);
    }
  });
});
