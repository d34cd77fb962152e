/**
 * Where two runs of one seed part: the stretch of simulated time in which their events first differ, from the digests in
 * events.arrow; and the first sampled request, and the first row of the time series, that differ.
 *
 * The digests cover time and source of every event: up to the stretch that they name all of these are the same. The stretch is as
 * long as their spacing: 1/360 of the duration or finer, twice that for each doubling of a drain. Which event it is, a replay
 * says (first-event.ts).
 */
import type { ResultTable } from '../../metrics/run-folder.ts';
import type { FirstEvent } from './first-event.ts';
import { tableOf } from './stored-run.ts';

export interface Divergence {
  seed: string;
  /** Null where the events are the same, and only what is recorded of them differs, or a side kept no digests. */
  events: {
    cell: number;
    /** Events of the cell that are the same, and until when, s. */
    same: number;
    from_s: number;
    /** By this time they differ. */
    to_s: number;
  } | null;
  /** The event itself, or why it cannot be named; null where nobody looked, or the events are the same. */
  first: FirstEvent | { unnamed: string } | null;
  /** Null where a side kept no requests, or none of those sampled differs. */
  request: {
    cell: number;
    user: number;
    arrival_s: number;
    column: string;
    base: number | string;
    new: number | string;
  } | null;
  row: { t_s: number; column: string; base: number; new: number } | null;
}

/** Null where nothing differs. */
export function findDivergence(seed: string, base: string, next: string): Divergence | null {
  const both = (name: string): [ResultTable, ResultTable] | null => {
    const [a, b] = [tableOf(base, name), tableOf(next, name)];
    return a === null || b === null ? null : [a, b];
  };
  const found = { events: both('events'), requests: both('requests'), series: both('timeseries') };
  const divergence: Divergence = {
    seed,
    first: null,
    events: found.events === null ? null : firstEvents(...found.events),
    request: found.requests === null ? null : firstRequest(...found.requests),
    row: found.series === null ? null : firstRow(...found.series),
  };
  const { events, request, row } = divergence;
  return events === null && request === null && row === null ? null : divergence;
}

export interface StoredMark {
  /** Moment, ns; the last of a cell is the end of the run. */
  ns: number;
  /** Events before it, and their digest. */
  events: number;
  digest: number;
}

/** The digests that a run folder or baseline keeps; null where it keeps none. */
export function storedMarks(folder: string): Map<number, StoredMark[]> | null {
  const table = tableOf(folder, 'events');
  return table === null ? null : marksByCell(table);
}

function marksByCell({ length, columns }: ResultTable): Map<number, StoredMark[]> {
  const { cell, t_s, events, digest } = columns as Record<string, ArrayLike<number>>;
  const cells = new Map<number, StoredMark[]>();
  for (let row = 0; row < length; row++) {
    if (!cells.has(cell[row])) cells.set(cell[row], []);
    cells.get(cell[row])!.push({ ns: Math.round(t_s[row] * 1e9), events: events[row], digest: digest[row] });
  }
  return cells;
}

function firstEvents(base: ResultTable, next: ResultTable): Divergence['events'] {
  const [a, b] = [marksByCell(base), marksByCell(next)];
  let first: Divergence['events'] = null;
  for (const [cell, marks] of a) {
    const parted = whereMarksPart(marks, b.get(cell) ?? []);
    if (parted !== null && (first === null || parted.to_s < first.to_s)) first = { cell, ...parted };
  }
  return first;
}

function whereMarksPart(marks: readonly StoredMark[], others: readonly StoredMark[]) {
  const at = new Map(others.map((mark) => [mark.ns, mark]));
  const [end, otherEnd] = [marks, others].map((side) => side.at(-1)?.ns ?? 0);
  const stretch = (same: number, fromNs: number, toNs: number) => ({ same, from_s: fromNs / 1e9, to_s: toNs / 1e9 });
  let [same, fromNs] = [0, 0];
  for (const { ns, events, digest } of marks) {
    const other = at.get(ns);
    if (other === undefined) {
      // A run with a longer drain keeps every second mark. Past its end, the other may go on.
      if (ns === end) return stretch(same, fromNs, Math.max(end, otherEnd));
    } else if (other.events !== events || other.digest !== digest) {
      return stretch(same, fromNs, ns);
    } else {
      [same, fromNs] = [events, ns];
    }
  }
  return otherEnd > end ? stretch(same, fromNs, otherEnd) : null;
}

/** Of requests that stand in both samples, the first to arrive that went differently. */
function firstRequest(base: ResultTable, next: ResultTable): Divergence['request'] {
  const key = ({ columns }: ResultTable, row: number) =>
    `${columns.cell[row]}/${columns.user[row]}/${columns.arrival_s[row]}`;
  const rowOf = new Map(Array.from({ length: base.length }, (_, row) => [key(base, row), row]));
  const order = Array.from({ length: next.length }, (_, row) => row).sort(
    (x, y) => (next.columns.arrival_s[x] as number) - (next.columns.arrival_s[y] as number),
  );
  const columns = Object.keys(base.columns).filter((column) => column in next.columns);
  for (const row of order) {
    const at = rowOf.get(key(next, row));
    if (at === undefined) continue;
    const column = columns.find((name) => !Object.is(base.columns[name][at], next.columns[name][row]));
    if (column === undefined) continue;
    const number = (name: string) => next.columns[name][row] as number;
    return {
      cell: number('cell'),
      user: number('user'),
      arrival_s: number('arrival_s'),
      column,
      base: base.columns[column][at],
      new: next.columns[column][row],
    };
  }
  return null;
}

function firstRow(base: ResultTable, next: ResultTable): Divergence['row'] {
  const columns = Object.keys(base.columns).filter((column) => column in next.columns);
  for (let row = 0; row < Math.min(base.length, next.length); row++) {
    const column = columns.find((name) => !Object.is(base.columns[name][row], next.columns[name][row]));
    if (column === undefined) continue;
    const [a, b] = [base, next].map(({ columns: all }) => all[column][row] as number);
    return { t_s: next.columns.t_s[row] as number, column, base: a, new: b };
  }
  return null;
}
