/**
 * Simulates a group of a scenario's cells on the calling thread. Cells without coupling run one after the other; cells that
 * share the object store advance together, whichever workers they are on.
 */

import { CellRecorder } from '../metrics/recorder.ts';
import type { CellResult } from '../metrics/result.ts';
import { type CellTrace, CellTracer } from '../metrics/trace/cell-tracer.ts';
import type { TraceWindow } from '../metrics/trace/window.ts';
import { hasLifecycle } from '../scenario/lifecycle.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Trace } from '../scenario/trace.ts';
import { buildCell, type SharedTables, sharedTables } from '../sim/build-cell.ts';
import type { Cell } from '../sim/cell.ts';
import { toNs } from '../sim/clock.ts';
import { advanceTogether, lastNs, type NumberedCell } from './advance-together.ts';
import { SharedBoard } from './shared-board.ts';

export interface CellsTask {
  scenario: Scenario;
  cells: number[];
  board: SharedArrayBuffer;
  trace: Trace | null;
  check: boolean;
  /** Part of the run to keep every batch, load and request of. */
  window?: TraceWindow;
}

export interface CellOutcome {
  cell: number;
  result: CellResult;
  events: number;
  /** Of the task's window, where it has one. */
  traced?: CellTrace;
}

/** How often a cell reports its progress and looks whether to stop: this many times over the arrivals. */
const SLICES = 200;

/** Whether cells of this scenario exchange anything. */
export function isCoupled(scenario: Scenario): boolean {
  const { cells, object_store: store } = scenario.hardware;
  return cells > 1 && Number.isFinite(store.bandwidth) && Number.isFinite(store.interval);
}

export function simulateCells(task: CellsTask): CellOutcome[] {
  const board = new SharedBoard(task.scenario.hardware.cells, task.board);
  return isCoupled(task.scenario)
    ? simulateCoupled(task, board)
    : task.cells.map((cell) => simulateOne(task, board, cell));
}

function simulateOne(task: CellsTask, board: SharedBoard, number: number): CellOutcome {
  const { cell, recorder } = create(task, number);
  advanceAlone(task.scenario, board, { number, cell });
  return end(number, cell, recorder);
}

function simulateCoupled(task: CellsTask, board: SharedBoard): CellOutcome[] {
  const tables = sharedTables(task.scenario);
  const mine = task.cells.map((number) => ({ number, ...create(task, number, tables) }));
  advanceTogether(task.scenario, board, mine);
  return mine.map(({ number, cell, recorder }) => end(number, cell, recorder));
}

/** Everything before `stopNs` of a cell that exchanges nothing with others. */
export function advanceAlone(
  scenario: Scenario,
  board: SharedBoard,
  { number, cell }: NumberedCell,
  stopNs = Number.POSITIVE_INFINITY,
): void {
  const slice = Math.max(1, Math.ceil(toNs(scenario.duration) / SLICES));
  const last = Math.min(stopNs, lastNs(scenario));
  while (cell.nextTimeNs() < last) {
    board.checkStopped();
    // Idle stretches are skipped: the next slice ends after whatever comes next.
    cell.advance(Math.min(last, (Math.floor(cell.nextTimeNs() / slice) + 1) * slice));
    board.report(number, cell.nowNs, cell.arrivals, cell.events);
  }
}

function create(task: CellsTask, number: number, tables?: SharedTables): { cell: Cell; recorder: CellRecorder } {
  const { scenario } = task;
  const { cohorts } = scenario.population;
  let recorder!: CellRecorder;
  const cell = buildCell({
    scenario,
    cell: number,
    trace: task.trace,
    check: task.check,
    tables,
    createRecorder: (catalog) => {
      recorder = new CellRecorder({
        cohorts: cohorts.length,
        users: catalog.users,
        replicas: scenario.hardware.replicas / scenario.hardware.cells,
        durationNs: toNs(scenario.duration),
        warmupNs: toNs(scenario.warmup),
        lifecycle: hasLifecycle(scenario),
        slo: cohorts.map(({ slo }) => {
          if (slo === null) return null;
          const { ttft, tpot, e2el } = scenario.slo[slo];
          return [toNs(ttft), toNs(tpot), toNs(e2el)] as const;
        }),
      });
      if (task.window !== undefined) recorder.tracer = new CellTracer(number, task.window);
      return recorder;
    },
  });
  recorder.tracer?.attach(cell.parts.table, (key) => cell.adapterOf(key));
  return { cell, recorder };
}

function end(number: number, cell: Cell, recorder: CellRecorder): CellOutcome {
  cell.finish();
  const traced = recorder.tracer?.result(cell.nowNs);
  return { cell: number, result: recorder.result(), events: cell.events, traced };
}
