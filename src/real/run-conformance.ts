/**
 * The conformance suite over any backends. A case costs its float64 reference far more than the kernel, so cases run in several
 * processes at once; results come in the order of the cases all the same.
 */
import { availableParallelism, freemem } from 'node:os';
import type { ProbeResult } from './backend.ts';
import { type CaseResult, type ConformanceCase, failedCase } from './conformance.ts';
import { KernelProcess } from './isolate.ts';

/** A GPU holds a context for each process. */
const MOST_PROCESSES = 8;
/** What a case of production size holds at most. */
const CASE_BYTES = 2 ** 30;

export interface ConformanceOptions {
  signal: AbortSignal;
  /** Called after each case. */
  progress(done: number, total: number, name: string): void;
}

/** Every case in every dtype of every probe's backend; null where the signal ended it. A case that takes its process down has failed. */
export async function runConformance(
  probes: readonly ProbeResult[],
  cases: readonly ConformanceCase[],
  { signal, progress }: ConformanceOptions,
): Promise<CaseResult[] | null> {
  const jobs = probes.flatMap(({ backend, dtypes }) =>
    cases.flatMap(({ group, spec }) => dtypes.map((dtype) => ({ backend, group, spec: { ...spec, dtype } }))),
  );
  const results: CaseResult[] = new Array(jobs.length);
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    const kernels = new KernelProcess(undefined, signal);
    try {
      while (next < jobs.length && !signal.aborted) {
        const index = next++;
        const job = jobs[index];
        results[index] = await kernels
          .run({ op: 'conform', ...job })
          .catch((error: Error) => failedCase(job.backend, job.group, job.spec, error.message));
        if (!signal.aborted) progress(++done, jobs.length, `${job.backend} ${job.spec.name}`);
      }
    } finally {
      await kernels.close();
    }
  };
  const room = Math.max(1, Math.floor(freemem() / CASE_BYTES));
  await Promise.all(Array.from({ length: Math.min(MOST_PROCESSES, availableParallelism(), room, jobs.length) }, work));
  return signal.aborted ? null : results;
}
