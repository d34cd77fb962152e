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
function startThreads(board: SharedBoard, groups: number[][], intervals: number) {
  const file = join(temporaryFolder(), 'board-worker.mjs');
  buildSync({
    entryPoints: [join(import.meta.dirname, 'board-worker.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    format: 'esm',
  });
  const threads = groups.map(
    (mine) => new Worker(file, { workerData: { board: board.buffer, cells: board.cells, mine, intervals } }),
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
  ])('every worker reads every demand of every interval: %j', async (groups) => {
    const intervals = 500;
    const { answers } = startThreads(new SharedBoard(5), groups, intervals);
    const expected = Array.from({ length: intervals }, (_, interval) =>
      [0, 1, 2, 3, 4].map((cell) => interval * 1000 + cell),
    );
    expect(await answers).toEqual(groups.map(() => ({ read: expected })));
  });

  test('stopping wakes those that wait for a worker that never comes', async () => {
    const board = new SharedBoard(3);
    const { ready, answers } = startThreads(board, [[0], [1]], 10);
    await ready;
    setTimeout(() => board.stop(), 100);
    expect(await answers).toEqual([
      { read: [], error: 'StoppedError' },
      { read: [], error: 'StoppedError' },
    ]);
  });

  test('nobody waits in a run that was stopped', () => {
    const board = new SharedBoard(2);
    board.stop();
    expect(() => board.checkStopped()).toThrow(StoppedError);
    board.waitForPost(0);
  });

  test('progress is the mean clock, and the sum of what the cells did', () => {
    const board = new SharedBoard(2);
    board.report(0, 4e9, 10, 100);
    board.report(1, 2e9, 5, 50);
    board.report(1, 3e9, 6, 60);
    expect(board.progress()).toEqual({ nowNs: 3.5e9, arrivals: 16, events: 160 });
  });

  test('an interval can be read when every cell has posted it; one that is done wants nothing more', () => {
    const board = new SharedBoard(2);
    board.post(0, 7, false);
    board.post(0, 8, false);
    expect(board.demandsIn(0)).toBeNull();
    board.post(1, 5, true);
    expect(board.demandsIn(0)).toEqual(Float64Array.of(7, 5));
    expect(board.demandsIn(1)).toEqual(Float64Array.of(8, 0));
    expect(board.demandsIn(2)).toBeNull();
  });

  test('a cell runs ahead of the slowest only as far as demands are kept', () => {
    const board = new SharedBoard(2 ** 17);
    for (let cell = 1; cell < board.cells; cell++) board.post(cell, 0, cell > 1);
    // Eight are kept, and the slowest may still ask for the one before its own.
    let ahead = 1;
    while (board.mayPost(ahead)) board.post(1, ahead++, false);
    expect(ahead).toBe(7);
    board.post(0, 0, false);
    expect(board.mayPost(ahead)).toBe(true);
    expect(board.demandsIn(0)?.[1]).toBe(0);
  });
});
