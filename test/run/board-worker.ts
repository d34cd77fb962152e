/** A worker thread over a shared board: posts intervals of its cells, each as far ahead as it may, and tells what it read of each. */
import { parentPort, workerData } from 'node:worker_threads';
import { SharedBoard } from '../../src/run/shared-board.ts';

interface Work {
  board: SharedArrayBuffer;
  cells: number;
  mine: number[];
  intervals: number;
}

const { board: buffer, cells, mine, intervals } = workerData as Work;
const board = new SharedBoard(cells, buffer);
const posted = mine.map(() => 0);
const read: number[][] = [];
parentPort!.postMessage('ready');
try {
  while (read.length < intervals) {
    const seen = board.posts();
    let moved = false;
    mine.forEach((cell, i) => {
      // Reading comes before running further ahead, as it does where a share is needed.
      while (posted[i] < intervals && posted[i] <= read.length + 3 && board.mayPost(posted[i])) {
        board.post(cell, posted[i] * 1000 + cell, posted[i] === intervals - 1);
        posted[i]++;
        moved = true;
      }
    });
    const demands = board.demandsIn(read.length);
    if (demands !== null) read.push(Array.from(demands));
    else if (!moved) board.waitForPost(seen);
    board.checkStopped();
  }
  parentPort!.postMessage({ read });
} catch (error) {
  parentPort!.postMessage({ read, error: (error as Error).name });
}
