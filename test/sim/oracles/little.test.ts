import { describe, expect, it } from 'vitest';
import { GAUGES } from '../../../src/sim/recorder.ts';
import { geometric, poissonArrivals, STEP_NS, serve } from './queueing.ts';

const column = (name: (typeof GAUGES)[number]) => GAUGES.indexOf(name);

describe('gauges', () => {
  const arrivals = poissonArrivals(20_000, (4 * 0.8) / (100 * STEP_NS), geometric(100), 47);
  const { log } = serve(arrivals, 4, () => 1);
  const samples = log.samples.slice(0, -1);

  it('count at every sample the requests that have arrived and not ended', () => {
    const starts = Float64Array.from(log.finishedRequests, (f) => f.arrivalNs).sort();
    const ends = Float64Array.from(log.finishedRequests, (f) => f.endNs).sort();
    let started = 0;
    let ended = 0;
    for (const { nowNs, values } of samples) {
      while (started < starts.length && starts[started] < nowNs) started++;
      while (ended < ends.length && ends[ended] < nowNs) ended++;
      expect(values[column('running')] + values[column('waiting')]).toBe(started - ended);
    }
  });

  it('follow Little’s law: mean number in the system = rate × mean time in it', () => {
    const last = samples[samples.length - 1].nowNs;
    const number =
      samples.reduce((sum, s) => sum + s.values[column('running')] + s.values[column('waiting')], 0) / samples.length;
    const done = log.finishedRequests.filter((f) => f.arrivalNs < last);
    const product = done.reduce((sum, f) => sum + (f.endNs - f.arrivalNs), 0) / last;
    // Over one path the two differ by the edges and by sampling: 2,880 samples of a variance of about 40, correlated over a
    // few samples, have a standard error below 0.25; 4 of them.
    expect(number).toBeGreaterThan(4 * 0.8);
    expect(Math.abs(number - product)).toBeLessThan(1);
    // Utilisation law: the mean number in service is the offered load.
    const running = samples.reduce((sum, s) => sum + s.values[column('running')], 0) / samples.length;
    expect(Math.abs(running - arrivals.reduce((sum, a) => sum + a.output * STEP_NS, 0) / last)).toBeLessThan(0.1);
  });

  it('see the KV blocks that a long run of steps has filled so far', () => {
    // One request of 1 + 100,000 tokens, no event between its first and its last token; blocks of 4 tokens.
    const long = [
      { arrivalNs: 0, user: 0, adapter: 0, prompt: 1, output: 100_000 },
      { arrivalNs: 100_000 * STEP_NS, user: 1, adapter: 0, prompt: 1, output: 1 },
    ];
    const { log: alone } = serve(long, 1, () => 1);
    let seen = 0;
    for (const { nowNs, values } of alone.samples) {
      if (nowNs >= 100_000 * STEP_NS) continue;
      // Steps that ended before the sample; the first is the prefill of the prompt, whose token is not in KV memory yet.
      const steps = Math.ceil(nowNs / STEP_NS) - 1;
      expect(values[column('kv_blocks_used')]).toBe(Math.ceil((1 + Math.max(0, steps - 1)) / 4));
      seen++;
    }
    expect(seen).toBeGreaterThan(2_800);
  });
});
