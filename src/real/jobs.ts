/**
 * The work that may take a process down, as values that cross a process boundary: probing, checking and timing a backend.
 * A problem travels as its specification; weights are built where they are used.
 */
import type { ProbeResult, Roofline } from './backend.ts';
import { BACKENDS } from './backends/index.ts';
import { type CaseResult, runCase } from './conformance.ts';
import { type LoadMeasurement, type LoadSpec, measureLoads } from './loads.ts';
import { type Measurement, measure, type Protocol } from './measure.ts';
import type { ProblemSpec } from './spec.ts';

export type Job =
  | { op: 'probe'; backend: string }
  | { op: 'conform'; backend: string; group: string; spec: ProblemSpec }
  | { op: 'measure'; backend: string; spec: ProblemSpec; protocol: Protocol }
  | { op: 'roofline'; backend: string; quick: boolean }
  | { op: 'load'; backend: string; spec: LoadSpec };

export interface JobResults {
  probe: ProbeResult;
  conform: CaseResult;
  measure: Measurement;
  roofline: Roofline;
  load: LoadMeasurement;
}

export type ResultOf<J extends Job> = JobResults[J['op']];

export async function perform<J extends Job>(job: J): Promise<ResultOf<J>>;
export async function perform(job: Job): Promise<JobResults[keyof JobResults]> {
  const backend = BACKENDS[job.backend];
  if (backend === undefined)
    throw new Error(`no backend ${job.backend}; there are ${Object.keys(BACKENDS).join(', ')}`);
  switch (job.op) {
    case 'probe':
      return backend.probe();
    case 'conform':
      return runCase(backend, job.group, job.spec);
    case 'measure':
      return measure(backend, job.spec, job.protocol);
    case 'roofline':
      return backend.roofline(job.quick);
    case 'load':
      return measureLoads(backend, job.spec);
  }
}
