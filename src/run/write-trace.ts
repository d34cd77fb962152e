/** trace.json of a run folder: written beside the results, and recognised by `--resume`. */
import { closeSync, openSync, readSync } from 'node:fs';
import { join } from 'node:path';
import type { CellTrace } from '../metrics/trace/cell-tracer.ts';
import { isTraceOf, type TraceDocument, traceDocument } from '../metrics/trace/document.ts';
import type { TraceWindow } from '../metrics/trace/window.ts';
import { rankClasses } from '../scenario/geometry.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { directoryOf } from '../sim/population/directory.ts';

export const TRACE_FILE = 'trace.json';

export function traceOf(
  scenario: Scenario,
  runHash: string,
  cells: readonly CellTrace[],
  window: TraceWindow,
): TraceDocument {
  const { globalUser } = directoryOf(scenario);
  const names = {
    cohorts: scenario.population.cohorts.map(({ name }) => name),
    ranks: rankClasses(scenario),
    replicasPerCell: scenario.hardware.replicas / scenario.hardware.cells,
    cells: scenario.hardware.cells,
    globalUser,
  };
  return traceDocument(cells, window, names, { scenario: scenario.name, runHash });
}

/** Whether a finished run's folder holds a trace of this window. */
export function hasTrace(folder: string, window: TraceWindow): boolean {
  try {
    const file = openSync(join(folder, TRACE_FILE), 'r');
    try {
      const head = Buffer.alloc(4096);
      const read = readSync(file, head, 0, head.length, 0);
      return isTraceOf(head.toString('utf8', 0, read).split('\n', 1)[0], window);
    } finally {
      closeSync(file);
    }
  } catch {
    return false;
  }
}
