/** Starts the thread that fits, hears what it writes, and ends it when asked to stop. */
import { Worker } from 'node:worker_threads';
import { builtFile } from '../../run/built-file.ts';
import { StoppedError } from '../../run/shared-board.ts';
import type { FitNews, FitTask } from './fit-worker.ts';

export async function fitAll(task: FitTask, onNews: (news: FitNews) => void, signal?: AbortSignal): Promise<void> {
  if (signal?.aborted) throw new StoppedError();
  const worker = new Worker(builtFile('study/fit-worker.js'), { workerData: task });
  const stop = () => void worker.terminate();
  signal?.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      worker.on('message', onNews);
      worker.on('error', reject);
      worker.on('exit', () => (signal?.aborted ? reject(new StoppedError()) : resolve()));
    });
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}
