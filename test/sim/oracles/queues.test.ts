/**
 * The engine as a queueing system. With one place in the batch a replica is a single server; with c places and a step time that
 * does not depend on the batch it is c servers (admission on the grid of steps adds at most one step to a wait).
 */
import { describe, expect, it } from 'vitest';
import { batchMeans, geometric, poissonArrivals, responses, STEP_NS, serve } from './queueing.ts';

const one = () => 1;

describe('one place in the batch', () => {
  it('is the Lindley recursion, to the nanosecond', () => {
    const arrivals = poissonArrivals(5_000, 0.9 / (40 * STEP_NS), geometric(40), 3);
    let freeNs = 0;
    const expected = arrivals.map((a) => {
      freeNs = Math.max(freeNs, a.arrivalNs) + a.output * STEP_NS;
      return freeNs;
    });
    const { log } = serve(arrivals, 1, one);
    expect(log.finishedRequests.map((f) => f.endNs)).toEqual(expected);
  });

  it.each([0.2, 0.5, 0.7])('M/M/1 at load %f: mean response s/(1 − ρ), exponentially distributed', (load) => {
    const mean = 100;
    const arrivals = poissonArrivals(60_000, load / (mean * STEP_NS), geometric(mean), 17);
    const times = responses(serve(arrivals, 1, one).log.finishedRequests);
    const { mean: measured, limit } = batchMeans(times);
    // Pollaczek–Khinchine for the geometric length (E[S²] = 2m² − m), within 0.5% of the exponential's s/(1 − ρ).
    const expected = mean + (load * (2 * mean - 1)) / (2 * (1 - load));
    expect(Math.abs(expected - mean / (1 - load)) / expected).toBeLessThan(0.005);
    expect(Math.abs(measured - expected)).toBeLessThan(limit);
    expect(limit / expected).toBeLessThan(0.2);
    // P(T > t) = exp(−t/T̄): at t = T̄ ln 10, one in ten.
    const beyond = batchMeans(times.map((time) => (time > expected * Math.LN10 ? 1 : 0)));
    expect(Math.abs(beyond.mean - 0.1)).toBeLessThan(beyond.limit);
  });

  it.each([0.4, 0.7])('M/D/1 at load %f: mean wait ρs/(2(1 − ρ)), half of M/M/1', (load) => {
    const arrivals = poissonArrivals(60_000, load / (100 * STEP_NS), () => 100, 23);
    const { mean, limit } = batchMeans(responses(serve(arrivals, 1, one).log.finishedRequests));
    const expected = 100 + (load * 100) / (2 * (1 - load));
    expect(Math.abs(mean - expected)).toBeLessThan(limit);
    expect(limit / expected).toBeLessThan(0.1);
  });
});

/** Mean response of M/M/c in units of the service time, by Erlang's C formula. */
function erlangResponse(c: number, load: number): number {
  const offered = c * load;
  let blocking = 1;
  for (let servers = 1; servers <= c; servers++) blocking = (offered * blocking) / (servers + offered * blocking);
  const waits = blocking / (1 - load * (1 - blocking));
  return 1 + waits / (c * (1 - load));
}

describe('c places in the batch, a step time that does not grow', () => {
  it.each([
    [2, 0.7],
    [4, 0.8],
    [16, 0.8],
  ])('M/M/%d at load %f: Erlang C', (c, load) => {
    const mean = 400;
    const arrivals = poissonArrivals(50_000, (c * load) / (mean * STEP_NS), geometric(mean), 29);
    const { mean: measured, limit } = batchMeans(responses(serve(arrivals, c, one).log.finishedRequests));
    // The grid of steps holds up an arrival that finds the batch running by half a step on average.
    expect(Math.abs(measured - mean * erlangResponse(c, load))).toBeLessThan(limit + 1);
    expect(limit / measured).toBeLessThan(0.15);
  });

  it('with places to spare nobody waits: M/G/∞, every response is the service time and part of a step', () => {
    const arrivals = poissonArrivals(5_000, 5 / (100 * STEP_NS), geometric(100), 31);
    for (const f of serve(arrivals, 64, one).log.finishedRequests) {
      const extra = f.endNs - f.arrivalNs - arrivals[f.user].output * STEP_NS;
      expect(extra).toBeGreaterThanOrEqual(0);
      expect(extra).toBeLessThan(STEP_NS);
    }
  });
});

describe('three replicas of one place each', () => {
  const load = 0.8;
  const mean = 100;
  const arrivals = poissonArrivals(60_000, (3 * load) / (mean * STEP_NS), geometric(mean), 37);
  const response = (routing: string) => batchMeans(responses(serve(arrivals, 1, one, 3, routing).log.finishedRequests));

  it('random routing thins the stream into three M/M/1 queues', () => {
    const { mean: measured, limit } = response('random');
    expect(Math.abs(measured - (mean + (load * (2 * mean - 1)) / (2 * (1 - load))))).toBeLessThan(limit);
  });

  it('round robin is E₃/M/1: response s/(1 − σ) with σ the root of the interarrival transform', () => {
    // σ = (λ/(λ + μ(1 − σ)))³ with λ the rate of the whole stream, by fixed-point iteration.
    let sigma = 0.5;
    for (let i = 0; i < 1000; i++) sigma = ((3 * load) / (3 * load + 1 - sigma)) ** 3;
    const { mean: measured, limit } = response('round-robin');
    // 1%: lengths are geometric, not exponential.
    expect(Math.abs(measured - mean / (1 - sigma))).toBeLessThan(limit + 0.01 * measured);
  });

  it('more knowledge waits less: M/M/3 < shortest queue < power of two < round robin < random', () => {
    const measured = ['least-outstanding', 'power-of-two', 'round-robin', 'random'].map((name) => response(name).mean);
    expect(mean * erlangResponse(3, load)).toBeLessThan(measured[0]);
    expect(measured).toEqual(measured.toSorted((a, b) => a - b));
  });
});
