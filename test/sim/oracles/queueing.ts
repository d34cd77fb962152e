/** Draws, servers and statistics for tests against queueing theory. */
import type { StepCost } from '../../../src/sim/cost/step-cost.ts';
import { TICKS_PER_NS } from '../../../src/sim/cost/step-cost.ts';
import { type Arrival, type Finished, runTiny, type TinyRun } from '../engine/fixture.ts';
import { bits32 } from '../residency/traces.ts';

/** Time of one decode step in these systems, ns. A request of one prompt token and n output tokens takes n steps. */
export const STEP_NS = 1_000;

export function uniforms(seed: number): () => number {
  const next = bits32(seed);
  return () => (next() + 0.5) / 2 ** 32;
}

/** Geometric on 1, 2, … with this mean: the discrete exponential. */
export function geometric(mean: number): (u: number) => number {
  const logQ = Math.log1p(-1 / mean);
  return (u) => Math.max(1, Math.ceil(Math.log(u) / logQ));
}

/** A Poisson stream; `rate` per ns, lengths in steps. */
export function poissonArrivals(count: number, rate: number, length: (u: number) => number, seed: number): Arrival[] {
  const gap = uniforms(seed);
  const size = uniforms(seed + 1_000_003);
  let ns = 0;
  return Array.from({ length: count }, (_, user) => {
    ns -= Math.log(gap()) / rate;
    return { arrivalNs: Math.round(ns), user, adapter: 0, prompt: 1, output: length(size()) };
  });
}

/** A step costs STEP_NS · share(requests in it) and nothing else. */
export function servers(maxBatch: number, share: (requests: number) => number): StepCost {
  return {
    base: Float64Array.from({ length: maxBatch + 1 }, (_, n) => STEP_NS * TICKS_PER_NS * share(n)),
    collective: new Float64Array(maxBatch + 1),
    launch: new Float64Array(maxBatch + 1),
    requestTicks: 0,
    promptTicks: 0,
    beside: null,
    attendedTicks: 0,
    windowedTicks: 0,
    window: Number.POSITIVE_INFINITY,
    prefillAttention: () => 0,
    lora: () => 0,
  };
}

/** Runs requests without adapters through replicas of `maxBatch` places each. */
export function serve(
  arrivals: Arrival[],
  maxBatch: number,
  share: (requests: number) => number,
  replicas = 1,
  routing = 'least-outstanding',
): TinyRun {
  return runTiny({
    arrivals,
    adapters: arrivals.length,
    ranks: [],
    check: false,
    kvBlocks: 1e9,
    cost: servers(maxBatch, share),
    scenario: (scenario) => {
      scenario.hardware.replicas = replicas;
      scenario.serving.routing = { name: routing, params: {} };
      scenario.serving.max_batch = maxBatch;
      scenario.serving.max_batch_tokens = maxBatch;
      scenario.budget.max_events = 1e8;
      scenario.duration = arrivals[arrivals.length - 1].arrivalNs / 1e9 + 1e-9;
      scenario.base.max_context = 1e9;
    },
  });
}

/** End-to-end times in steps, in order of arrival, without the first tenth (warm-up). */
export function responses(finished: readonly Finished[]): Float64Array {
  const times = new Float64Array(finished.length);
  for (const f of finished) times[f.user] = (f.endNs - f.arrivalNs) / STEP_NS;
  return times.subarray(Math.floor(times.length / 10));
}

/**
 * Mean and its standard error by 30 batch means: successive waits are strongly correlated, batches hundreds of busy periods
 * long are not. `limit` is 4.6 standard errors, Student's t at 29 degrees of freedom for a false alarm of about 1e-4.
 */
export function batchMeans(values: Float64Array): { mean: number; limit: number } {
  const batches = 30;
  const length = Math.floor(values.length / batches);
  const means = Array.from(
    { length: batches },
    (_, i) => values.subarray(i * length, (i + 1) * length).reduce((sum, value) => sum + value, 0) / length,
  );
  const mean = means.reduce((sum, value) => sum + value, 0) / batches;
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (batches - 1);
  return { mean, limit: 4.6 * Math.sqrt(variance / batches) };
}
