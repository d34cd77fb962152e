/**
 * A made-up cell: requests with every field the recorder is told, drawn from a seed, and the calls they cause in time order. The
 * lists are what tests compute expected results from, by sorting and summing.
 */

import type { RunFacts } from '../../src/metrics/facts.ts';
import { CellRecorder, type CellRecorderOptions } from '../../src/metrics/recorder.ts';
import { stream } from '../../src/sim/random/streams.ts';

export interface MadeUpRequest {
  cohort: number;
  user: number;
  arrivalNs: number;
  firstTokenNs: number;
  endNs: number;
  promptTokens: number;
  outputTokens: number;
  queueNs: number;
  adapterWaitNs: number;
  aloneNs: number;
  tier: number;
  replica: number;
  /** Index into END_STATES. */
  endState: number;
}

export interface MadeUpRun {
  replica: number;
  steps: number;
  requests: number;
  firstTicks: number;
  growthTicks: number;
  parts: number[];
  endNs: number;
}

export interface MadeUpCell {
  options: CellRecorderOptions;
  requests: MadeUpRequest[];
  runs: MadeUpRun[];
  /** Values that the gauges hold until `ns`. */
  gauges: { values: Float64Array; ns: number }[];
}

const S = 1e9;
export const FACTS: RunFacts = {
  cohorts: ['free', 'pro'],
  hasSlo: [false, true],
  users: 100,
  replicas: 4,
  gpus: 8,
  nodes: 1,
  kvBlocks: 1000,
  usdPerHour: 36,
  watts: 7200,
  startupSeconds: 0,
};

export function madeUpCell(seed: string, count = 1000, users = 50): MadeUpCell {
  const draw = stream(seed, 'made-up');
  const between = (low: number, high: number) => low + draw.integer(high - low);
  const options: CellRecorderOptions = {
    cohorts: 2,
    users,
    replicas: 2,
    durationNs: 100 * S,
    warmupNs: 10 * S,
    seriesBucketNs: 2 * S,
    slo: [null, [0.5 * S, 0.02 * S, 5 * S]],
  };
  const requests = Array.from({ length: count }, (): MadeUpRequest => {
    const arrivalNs = between(0, 100 * S);
    const queueNs = draw.integer(3) === 0 ? between(0, S) : 0;
    const adapterWaitNs = draw.integer(4) === 0 ? between(0, 2 * S) : 0;
    const firstTokenNs = arrivalNs + queueNs + adapterWaitNs + between(1e6, 0.4 * S);
    const outputTokens = draw.integer(10) === 0 ? 1 : between(2, 400);
    const endNs = firstTokenNs + (outputTokens - 1) * between(1e6, 30e6);
    return {
      cohort: draw.integer(2),
      user: Math.floor(users * draw.uniform() ** 2),
      arrivalNs,
      firstTokenNs,
      endNs,
      promptTokens: between(1, 3000),
      outputTokens,
      queueNs,
      adapterWaitNs,
      aloneNs: Math.max(1, Math.floor((endNs - arrivalNs) * (0.3 + 0.6 * draw.uniform()))),
      tier: draw.integer(4),
      replica: draw.integer(2),
      endState: draw.integer(20) === 0 ? between(1, 5) : 0,
    };
  });
  const runs = Array.from({ length: 300 }, (_, i): MadeUpRun => {
    const steps = between(1, 80);
    // Long enough that the sums of ticks need their second limb.
    const firstTicks = between(1e8, 1.3e12);
    const growthTicks = between(0, 1e6);
    const ticks = steps * firstTicks + (growthTicks * steps * (steps - 1)) / 2;
    const lora = Math.floor(ticks / 3);
    return {
      replica: i % 2,
      steps,
      requests: draw.integer(30),
      firstTicks,
      growthTicks,
      parts: [ticks - lora, 0, lora, 0, 0, 0],
      endNs: Math.floor(((i + 1) * 100 * S) / 300) + S,
    };
  });
  const gauges = Array.from({ length: 57 }, (_, i) => ({
    values: Float64Array.from({ length: 10 }, () => draw.integer(100)),
    ns: Math.floor((i + 1) * 1.9 * S),
  }));
  return { options, requests, runs, gauges };
}

/** Plays the cell into a recorder, calls in order of time, and returns the recorder. */
export function play({ options, requests, runs, gauges }: MadeUpCell): CellRecorder {
  const recorder = new CellRecorder(options);
  const calls: { ns: number; call(): void }[] = [];
  for (const r of requests) {
    calls.push({
      ns: r.arrivalNs,
      call: () => {
        recorder.arrival(r.cohort, r.user, r.arrivalNs);
        recorder.lookup(r.cohort, r.tier, 1000 + r.user, r.arrivalNs);
      },
    });
    if (r.endState !== 0) {
      calls.push({ ns: r.endNs, call: () => recorder.refused(r.cohort, r.user, r.arrivalNs, r.endState, r.endNs) });
      continue;
    }
    calls.push({
      ns: r.firstTokenNs,
      call: () => recorder.firstToken(r.cohort, r.user, r.arrivalNs, r.queueNs, r.adapterWaitNs, r.firstTokenNs),
    });
    calls.push({
      ns: r.endNs,
      call: () =>
        recorder.finished(
          r.cohort,
          r.user,
          r.user,
          r.replica,
          r.arrivalNs,
          r.firstTokenNs,
          r.endNs,
          r.promptTokens,
          r.outputTokens,
          r.queueNs,
          r.adapterWaitNs,
          r.aloneNs,
          r.tier,
        ),
    });
  }
  for (const r of runs) {
    const parts = Float64Array.from(r.parts);
    calls.push({
      ns: r.endNs,
      call: () => recorder.run(r.replica, r.steps, r.requests, r.firstTicks, r.growthTicks, parts, r.endNs),
    });
  }
  for (const { values, ns } of gauges) calls.push({ ns, call: () => recorder.gauges(values, ns) });
  calls.sort((a, b) => a.ns - b.ns);
  for (const { call } of calls) call();
  return recorder;
}
