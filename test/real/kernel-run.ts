/** A stored kernel run with times of known coefficients: what calibrate and the Arrow tests read. */

import { type Coefficients, predict } from '../../src/real/fit.ts';
import { describeMachine } from '../../src/real/machine.ts';
import type { Measurement } from '../../src/real/measure.ts';
import { countWork } from '../../src/real/operator.ts';
import { random } from '../../src/real/random.ts';
import { type KernelRecord, type KernelRun, toRecord } from '../../src/real/results.ts';
import { buildProblem, countAdapters, problemSpec } from '../../src/real/spec.ts';

export const RUN: KernelRun = {
  machine: describeMachine(),
  probe: {
    backend: 'cpu',
    usable: true,
    device: 'Test CPU, 2 threads',
    variant: 'avx2',
    software: false,
    dtypes: ['bf16'],
    steps: [],
  },
  roofline: { readGBps: 20, copyGBps: 18, denseGflops: { fp32: 100, bf16: 200 }, how: 'invented' },
  protocol: 'full',
  seed: 'seed',
  command: 'mint-bench kernel',
  measured: '2026-01-01T00:00:00.000Z',
};

/** Shapes small enough to build in a test, timed as the coefficients say, with relative noise. */
export function syntheticRecords(known: Coefficients, noise: number): KernelRecord[] {
  const draws = random('records');
  const records: KernelRecord[] = [];
  for (const inDim of [64, 256]) {
    for (const rank of [4, 16, 64]) {
      for (const [tokens, adapters] of [
        [1, 1],
        [8, 8],
        [32, 32],
        [32, 2],
        [512, 2],
        [1024, 1],
      ]) {
        const spec = problemSpec({
          name: `${inDim} ${rank} ${tokens}/${adapters}`,
          inDim,
          sliceDims: [inDim],
          tokens,
          adapters,
          ranks: [rank],
          dtype: 'bf16',
        });
        const problem = buildProblem(spec);
        const work = countWork(problem);
        const distinctAdapters = countAdapters(spec, problem);
        const ns = 1e9 * predict(known, { ...work, distinct: distinctAdapters }) * Math.exp(noise * draws.normal());
        const timing = {
          p50: { value: ns, low: ns * 0.99, high: ns * 1.01 },
          p99: { value: ns * 1.2, low: ns, high: Infinity },
          samples: 20,
          launches: 1,
        };
        const measurement: Measurement = {
          backend: 'cpu',
          spec,
          dtype: 'bf16',
          work,
          distinctAdapters,
          warm: timing,
          flushed: timing,
          stable: true,
        };
        records.push(toRecord(measurement, RUN.roofline, { suite: 'decode' }));
      }
    }
  }
  return records;
}
