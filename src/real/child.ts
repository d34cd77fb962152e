/** Entry of the process that kernels run in (isolate.ts starts it): one job at a time, answered over the IPC channel. */
import { type Job, perform } from './jobs.ts';

export interface Request {
  id: number;
  job: Job;
}

export type Answer = { id: number; result: unknown } | { id: number; error: string };

process.on('message', ({ id, job }: Request) => {
  perform(job).then(
    (result) => process.send?.({ id, result } satisfies Answer),
    (error: unknown) =>
      process.send?.({ id, error: error instanceof Error ? error.message : String(error) } satisfies Answer),
  );
});

// Drivers keep threads that would hold the process open after its parent has gone.
process.on('disconnect', () => process.exit(0));

// Ctrl-C reaches the whole process group; the parent decides when to stop, after the shape in hand.
process.on('SIGINT', () => {});
