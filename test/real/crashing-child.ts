/** A kernel process that dies as drivers do: on a roofline job by a signal, on a probe of "cuda" by an exit code. */
process.on('message', ({ id, job }: { id: number; job: { op: string; backend: string } }) => {
  if (job.op === 'roofline') {
    process.stderr.write('driver: something is very wrong\n', () => process.kill(process.pid, 'SIGSEGV'));
  } else if (job.backend === 'cuda') {
    process.exit(7);
  } else if (job.backend === 'webgpu') {
    process.send?.({ id, error: 'no such device' });
  } else {
    process.send?.({ id, result: { pid: process.pid } });
  }
});
