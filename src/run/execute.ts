/**
 * Runs one scenario's cells on a pool of workers and merges them in cell order. The number of workers changes the time it
 * takes and nothing else.
 */
import { Piscina } from 'piscina';
import { mergeCells, type RunResult } from '../metrics/result.ts';
import type { CellTrace } from '../metrics/trace/cell-tracer.ts';
import type { TraceWindow } from '../metrics/trace/window.ts';
import { EnvironmentError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Trace } from '../scenario/trace.ts';
import { builtFile } from './built-file.ts';
import { SharedBoard, StoppedError } from './shared-board.ts';
import { type CellOutcome, type CellsTask, isCoupled } from './simulate-cells.ts';

export interface Progress {
  /** Share of the simulated time, 0 … 1, and what happened so far. */
  share: number;
  arrivals: number;
  events: number;
}

export interface ExecuteOptions {
  scenario: Scenario;
  trace: Trace | null;
  jobs: number;
  check: boolean;
  /** Trace this part of the run. */
  window?: TraceWindow;
  signal?: AbortSignal;
  onProgress?(progress: Progress): void;
}

export interface Executed {
  result: RunResult;
  events: number;
  /** By cell; empty where no window was asked for. */
  traces: CellTrace[];
  /** Workers that ran. */
  workers: number;
}

const PROGRESS_MS = 200;

export async function execute(options: ExecuteOptions): Promise<Executed> {
  const { scenario, trace, check, window } = options;
  // An interrupt that came before is not announced again.
  if (options.signal?.aborted) throw new StoppedError();
  const { cells } = scenario.hardware;
  const workers = Math.max(1, Math.min(options.jobs, cells));
  const board = new SharedBoard(cells);
  const pool = new Piscina({
    filename: builtFile('run/worker.js'),
    minThreads: workers,
    maxThreads: workers,
    // A worker's heap limit is the process's; typed arrays are outside of it.
    idleTimeout: 0,
  });
  const stop = () => board.stop();
  options.signal?.addEventListener('abort', stop, { once: true });
  const timer = setInterval(() => {
    const { nowNs, arrivals, events } = board.progress();
    options.onProgress?.({ share: Math.min(1, nowNs / (scenario.duration * 1e9)), arrivals, events });
  }, PROGRESS_MS);
  try {
    const groups = groupCells(cells, workers, isCoupled(scenario));
    const outcomes: CellOutcome[] = [];
    // Errors of threads arrive as copies without their class. The first to arrive is the cause of those that follow it.
    let cause: Error | null = null;
    const failed = (cells: readonly number[], error: Error) => {
      cause ??= isDeath(error) ? deathOf(error, scenario, cellsText(cells, scenario)) : error;
      // One failure stops the others at once: those that need its cells' demands would wait for ever.
      board.stop();
    };
    await Promise.all(
      groups.map((cells) => {
        const task: CellsTask = { scenario, cells, board: board.buffer, trace, check, window };
        return pool.run(task).then(
          (done: CellOutcome[]) => outcomes.push(...done),
          (error: Error) => failed(cells, error),
        );
      }),
    );
    if (cause !== null) throw cause;
    outcomes.sort((a, b) => a.cell - b.cell);
    return {
      result: mergeCells(outcomes.map((outcome) => outcome.result)),
      events: outcomes.reduce((sum, outcome) => sum + outcome.events, 0),
      traces: outcomes.flatMap(({ traced }) => traced ?? []),
      workers,
    };
  } finally {
    clearInterval(timer);
    options.signal?.removeEventListener('abort', stop);
    await pool.destroy();
  }
}

/** A thread that ended without an error of its own: out of memory, or a crash. */
export function isDeath(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY' || /^worker exited/i.test(error.message);
}

/** @param what it was simulating: "cells 0, 1 of smoke" */
export function deathOf(error: Error, { name, seed }: Scenario, what: string): EnvironmentError {
  return new EnvironmentError(
    `A worker died while it simulated ${name} with seed ${seed}: ${error.message}.`,
    [`simulating ${what}`],
    'Where memory ran out, use fewer workers (--jobs 1) or fewer users; the same command runs the point again.',
  );
}

const cellsText = (cells: readonly number[], { name }: Scenario): string =>
  `${cells.length === 1 ? 'cell' : 'cells'} ${cells.join(', ')} of ${name}`;

/** Coupled cells must all be under way at once: one group a worker. Others are handed out one by one. */
function groupCells(cells: number, workers: number, coupled: boolean): number[][] {
  const groups = coupled ? workers : cells;
  return Array.from({ length: groups }, (_, group) =>
    Array.from({ length: Math.ceil((cells - group) / groups) }, (_, i) => group + i * groups),
  );
}
