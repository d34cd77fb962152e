/**
 * trace.json: the traces of all cells in one document that ui.perfetto.dev and chrome://tracing open. Its size is bounded: a
 * window with too many events is cut short, from its end, until what is left is whole and fits.
 */
import type { CellTrace } from './cell-tracer.ts';
import { cellEvents, type TraceEvent, type TraceNames } from './events.ts';
import type { TraceWindow } from './window.ts';

/** About 60 MB of text; viewers get slow above. */
export const MOST_EVENTS = 400_000;

export interface TraceDocument {
  readonly text: string;
  readonly events: number;
  /** What the trace shows; shorter than what was asked for where that was too dense. */
  readonly window: TraceWindow;
}

export interface TraceMeta {
  readonly scenario: string;
  readonly runHash: string;
}

/** @param cells in cell order */
export function traceDocument(
  cells: readonly CellTrace[],
  asked: TraceWindow,
  names: TraceNames,
  { scenario, runHash }: TraceMeta,
  mostEvents: number = MOST_EVENTS,
): TraceDocument {
  let endNs = Math.min(asked.endNs, ...cells.map(({ window }) => window.endNs));
  for (;;) {
    const window = { startNs: asked.startNs, endNs };
    const events = collect(cells, window, names, mostEvents);
    if (events === null && endNs - asked.startNs > 1) {
      endNs = asked.startNs + Math.ceil((endNs - asked.startNs) / 2);
      continue;
    }
    const shown = events ?? [];
    const head = {
      scenario,
      run_hash: runHash,
      provenance: 'simulated',
      clock: 'µs of simulated time',
      asked_ns: [asked.startNs, asked.endNs],
      window_ns: [window.startNs, window.endNs],
    };
    const lines = shown.map((event) => JSON.stringify(event));
    const text = `{"otherData":${JSON.stringify(head)},\n"displayTimeUnit":"ms","traceEvents":[\n${lines.join(',\n')}\n]}\n`;
    return { text, events: shown.length, window };
  }
}

/** Null where there are more than `most`. */
function collect(
  cells: readonly CellTrace[],
  window: TraceWindow,
  names: TraceNames,
  most: number,
): TraceEvent[] | null {
  const events: TraceEvent[] = [];
  for (const cell of cells) {
    cellEvents(cell, window, names, (event) => {
      if (events.length <= most) events.push(event);
    });
    if (events.length > most) return null;
  }
  return events;
}

/** Whether a stored trace is of this window, from its first line. */
export function isTraceOf(firstLine: string, { startNs, endNs }: TraceWindow): boolean {
  return firstLine.includes(`"asked_ns":[${startNs},${endNs}]`);
}
