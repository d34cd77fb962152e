import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { buildSync } from 'esbuild';
import { describe, expect, test } from 'vitest';
import { SharedBoard, StoppedError } from '../../src/run/shared-board.ts';
import { temporaryFolder } from './small.ts';

interface Answer {
  read: number[][];
  error?: string;
}

/** Starts a thread for each group of cells: when all are about to begin, and what they answer at their end. */
function startThreads(board: SharedBoard, groups: number[][], rounds: number, workers = groups.length) {
  const file = join(temporaryFolder(), 'board-worker.mjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'board-worker.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const threads = groups.map(
    (mine) => new Worker(file, { workerData: { board: board.buffer, cells: board.cells, mine, workers, rounds } }),
  );
  const message = (thread: Worker, wanted: (value: unknown) => boolean) =>
    new Promise((resolve, reject) => {
      thread.on('error', reject);
      thread.on('message', (value) => wanted(value) && resolve(value));
    });
  return {
    ready: Promise.all(threads.map((thread) => message(thread, (value) => value === 'ready'))),
    answers: Promise.all(threads.map((thread) => message(thread, (value) => value !== 'ready'))) as Promise<Answer[]>,
  };
}

describe('the board that workers share', () => {
  test.each([
    [[[0, 1, 2, 3, 4]]],
    [
      [
        [0, 2, 4],
        [1, 3],
      ],
    ],
    [[[0], [1], [2], [3, 4]]],
  ])('every worker reads every demand of the round it is in: %j', async (groups) => {
    const rounds = 500;
    const { answers } = startThreads(new SharedBoard(5), groups, rounds);
    const expected = Array.from({ length: rounds }, (_, round) => [0, 1, 2, 3, 4].map((cell) => round * 1000 + cell));
    expect(await answers).toEqual(groups.map(() => ({ read: expected })));
  });

  test('stopping wakes those that wait for a worker that never comes', async () => {
    const board = new SharedBoard(3);
    const { ready, answers } = startThreads(board, [[0], [1]], 10, 3);
    await ready;
    setTimeout(() => board.stop(), 100);
    expect(await answers).toEqual([
      { read: [], error: 'StoppedError' },
      { read: [], error: 'StoppedError' },
    ]);
  });

  test('nobody waits at the barriers of a run that was stopped', () => {
    const board = new SharedBoard(2);
    board.stop();
    expect(() => board.checkStopped()).toThrow(StoppedError);
    expect(() => board.barrier(2)).toThrow(StoppedError);
  });

  test('progress is the mean clock, and the sum of what the cells did', () => {
    const board = new SharedBoard(2);
    board.report(0, 4e9, 10, 100);
    board.report(1, 2e9, 5, 50);
    board.report(1, 3e9, 6, 60);
    expect(board.progress()).toEqual({ nowNs: 3.5e9, arrivals: 16, events: 160 });
  });

  test('all are done only when each is', () => {
    const board = new SharedBoard(2);
    board.offer(0, 0, true);
    expect(board.allDone()).toBe(false);
    board.offer(1, 0, true);
    expect(board.allDone()).toBe(true);
  });
});
