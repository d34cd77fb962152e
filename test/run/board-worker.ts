/** A worker thread at the barriers of a shared board: runs rounds of its cells and tells what it read in each. */
import { parentPort, workerData } from 'node:worker_threads';
import { SharedBoard } from '../../src/run/shared-board.ts';

interface Work {
  board: SharedArrayBuffer;
  cells: number;
  mine: number[];
  workers: number;
  rounds: number;
}

const { board: buffer, cells, mine, workers, rounds } = workerData as Work;
const board = new SharedBoard(cells, buffer);
const read: number[][] = [];
parentPort!.postMessage('ready');
try {
  for (let round = 0; round < rounds; round++) {
    for (const cell of mine) board.offer(cell, round * 1000 + cell, round === rounds - 1);
    board.barrier(workers);
    read.push(Array.from(board.demands()));
    if (board.allDone()) break;
    board.barrier(workers);
  }
  parentPort!.postMessage({ read });
} catch (error) {
  parentPort!.postMessage({ read, error: (error as Error).name });
}
