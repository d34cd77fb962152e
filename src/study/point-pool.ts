/** Threads that simulate whole points, one each; shared by the executor on this machine and by workers behind Redis. */
import { Piscina } from 'piscina';
import { builtFile } from '../run/built-file.ts';
import { deathOf, isDeath } from '../run/execute.ts';
import { SharedBoard } from '../run/shared-board.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { PointTask } from './simulate-point.ts';
import type { Computed } from './worker.ts';

export class PointPool {
  private readonly pool: Piscina;

  constructor(threads: number) {
    this.pool = new Piscina({
      filename: builtFile('study/worker.js'),
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: 1000,
    });
  }

  /** @param what the point in words, for the error where its thread dies */
  async run(
    task: Omit<PointTask, 'board'>,
    what: string,
    board = new SharedBoard(task.scenario.hardware.cells),
  ): Promise<Computed> {
    try {
      return (await this.pool.run({ ...task, board: board.buffer } satisfies PointTask)) as Computed;
    } catch (thrown) {
      throw named(thrown as Error, task.scenario, what);
    }
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

/** Errors of threads arrive as copies that keep their name only at the head of their stack. */
function named(error: Error, scenario: Scenario, what: string): Error {
  if (isDeath(error)) return deathOf(error, scenario, what);
  const name = /^(\w+Error): /.exec(error.stack ?? '')?.[1];
  if (error.name === 'Error' && name !== undefined) error.name = name;
  return error;
}
