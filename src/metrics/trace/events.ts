/**
 * One cell's rows → trace events (Chrome's "Trace Event Format", which Perfetto reads too): one process a replica, one for
 * the links of each cell. Steps and copies are complete events (`X`) on threads of their replica; loads, requests and transfers
 * overlap, so they are nestable async events (`b`, `e`) with an id each. Times are µs of simulated time with three decimals;
 * everything is cut at the window's borders.
 *
 * A step's parts are drawn one after another in the order of the sum that makes up the step; the engine does not say when within
 * the step each happened.
 */
import { COST_PARTS, TICKS_PER_NS } from '../../sim/cost/step-cost.ts';
import { TRACE_PHASES } from '../../sim/recorder.ts';
import { TIERS } from '../layout.ts';
import { boundaryNs, type CellTrace, type Rows } from './cell-tracer.ts';
import type { TraceWindow } from './window.ts';

type Arguments = Readonly<Record<string, number | string | boolean>>;

export interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'b' | 'e' | 'C' | 'M';
  readonly pid: number;
  readonly tid?: number;
  readonly cat?: string;
  readonly id?: string;
  /** µs. */
  readonly ts?: number;
  readonly dur?: number;
  readonly args?: Arguments;
}

/** What numbers of a cell's rows stand for. */
export interface TraceNames {
  readonly cohorts: readonly string[];
  /** By rank class. */
  readonly ranks: readonly number[];
  readonly replicasPerCell: number;
  readonly cells: number;
  globalUser(cell: number, user: number): number;
}

/** Threads of a replica's process. */
const STEPS = 1;
const STALLS = 2;
const COPIES = 3;

/** A stall comes first: the step waits for it. */
const PART_ORDER = [COST_PARTS.indexOf('stall'), ...COST_PARTS.keys()].filter(
  (part, at, all) => all.indexOf(part) === at,
);

export function cellEvents(
  trace: CellTrace,
  window: TraceWindow,
  names: TraceNames,
  emit: (event: TraceEvent) => void,
): void {
  new CellEvents(trace, window, names, emit).all();
}

/** Process of a replica, and of the links of a cell; replicas come first. */
const replicaPid = (cell: number, replica: number, names: TraceNames): number =>
  1 + cell * names.replicasPerCell + replica;
const linksPid = (cell: number, names: TraceNames): number => 1 + names.cells * names.replicasPerCell + cell;

class CellEvents {
  private readonly trace: CellTrace;
  private readonly window: TraceWindow;
  private readonly names: TraceNames;
  private readonly emit: (event: TraceEvent) => void;

  constructor(trace: CellTrace, window: TraceWindow, names: TraceNames, emit: (event: TraceEvent) => void) {
    this.trace = trace;
    this.window = window;
    this.names = names;
    this.emit = emit;
  }

  all(): void {
    const { cell } = this.trace;
    const { replicasPerCell } = this.names;
    for (let replica = 0; replica < replicasPerCell; replica++) {
      const pid = replicaPid(cell, replica, this.names);
      this.process(pid, `replica ${cell * replicasPerCell + replica} (cell ${cell})`);
      this.thread(pid, STEPS, 'batches');
      this.thread(pid, STALLS, 'stalls');
      this.thread(pid, COPIES, 'copies to the GPU');
    }
    this.process(linksPid(cell, this.names), `links (cell ${cell})`);
    this.batches();
    this.copies();
    this.loads();
    this.requests();
  }

  private batches(): void {
    /** Where the last batch of each replica ended. */
    const ended = new Map<number, number>();
    each(this.trace.batches, (row) => {
      if (row.from >= this.window.endNs || row.to <= this.window.startNs) return;
      const pid = replicaPid(this.trace.cell, row.replica, this.names);
      const before = ended.get(pid);
      if (before !== undefined && before < row.from) this.count(pid, before, 0, 0);
      ended.set(pid, row.to);
      const end = (j: number) => boundaryNs(row.from, row.remainder, row.first, row.growth, j);
      const args = {
        decoding: row.decoding,
        prefilling: row.prefilling,
        prefill_tokens: row.prefillTokens,
        adapters: row.adapters,
      };
      const name = row.prefilling === 0 ? 'decode step' : row.decoding === 0 ? 'prefill step' : 'mixed step';
      this.count(pid, Math.max(row.from, this.window.startNs), row.decoding, row.prefilling);
      for (let j = 0; j < row.steps; j++) {
        const from = end(j);
        if (from >= this.window.endNs) break;
        const to = end(j + 1);
        if (to <= this.window.startNs) continue;
        this.complete(pid, STEPS, name, 'step', from, to, args);
        this.parts(pid, row, j, from, to);
      }
    });
    for (const [pid, at] of ended) if (at < this.window.endNs) this.count(pid, at, 0, 0);
  }

  /** A counter holds its value until the next: an idle replica has to be said too. */
  private count(pid: number, ns: number, decoding: number, prefilling: number): void {
    this.emit({ name: 'requests in batch', ph: 'C', pid, ts: us(ns), args: { decoding, prefilling } });
  }

  private parts(pid: number, row: Row<CellTrace['batches']>, j: number, from: number, to: number): void {
    const ticks = (k: number) => row.remainder + k * row.first + row.growth * ((k * (k - 1)) / 2);
    let sum = ticks(j);
    let begin = from;
    const last = PART_ORDER.findLast((part) => row[COST_PARTS[part]] > 0);
    for (const part of PART_ORDER) {
      const name = COST_PARTS[part];
      sum += row[name] + (name === 'attention' ? j * row.growth : 0);
      const until = part === last ? to : row.from + Math.floor(sum / TICKS_PER_NS);
      this.complete(pid, STEPS, name, 'part', begin, until);
      if (name === 'stall') this.complete(pid, STALLS, 'stall', 'stall', begin, until);
      begin = until;
    }
  }

  private copies(): void {
    each(this.trace.copies, (row) => {
      this.complete(
        replicaPid(this.trace.cell, row.replica, this.names),
        COPIES,
        'activate',
        'load',
        row.from,
        row.to,
        {
          ...this.adapter(row.adapter, row.rankClass),
          waited_ms: row.waitNs / 1e6,
          blocks_steps: row.blocking === 1,
        },
      );
    });
  }

  private loads(): void {
    let number = 0;
    each(this.trace.loads, (row) => {
      const pid = replicaPid(this.trace.cell, row.replica, this.names);
      const id = this.id(number++);
      const from = TIERS[row.fromTier];
      const enter = row.startedNs + row.delayNs;
      const args = { ...this.adapter(row.adapter, row.rankClass), from };
      this.nested(pid, 'load', id, 'load', row.from, row.to, args, [
        ['queue', row.from, row.startedNs],
        ['resolve', row.startedNs, enter],
        ['fetch', enter, row.fetchedNs],
        ['build', row.fetchedNs, row.builtNs],
        ['register', row.builtNs, row.to],
      ]);
      this.nested(
        linksPid(this.trace.cell, this.names),
        'transfer',
        id,
        `${from} link`,
        enter,
        row.fetchedNs,
        args,
        [],
      );
    });
  }

  private requests(): void {
    const requests = new Map<number, Row<CellTrace['phases']>[]>();
    each(this.trace.phases, (row) => {
      const phases = requests.get(row.request);
      if (phases === undefined) requests.set(row.request, [row]);
      else phases.push(row);
    });
    for (const [number, phases] of [...requests].sort(([a], [b]) => a - b)) {
      const [first] = phases;
      const args = {
        user: this.names.globalUser(this.trace.cell, first.user),
        cohort: this.names.cohorts[first.cohort],
        ...this.adapter(first.adapter, first.rankClass),
        prompt_tokens: first.promptTokens,
        output_tokens: first.outputTokens,
        arrival_s: first.arrivalNs / 1e9,
      };
      this.nested(
        replicaPid(this.trace.cell, first.replica, this.names),
        'request',
        this.id(number),
        'request',
        first.from,
        phases[phases.length - 1].to,
        args,
        phases.map(({ phase, from, to }) => [TRACE_PHASES[phase].replace('_', ' '), from, to]),
      );
    }
  }

  /** An adapter in results is its number inside the cell. */
  private adapter(adapter: number, rankClass: number): Arguments {
    return adapter < 0 ? {} : { adapter, rank: this.names.ranks[rankClass] };
  }

  /** Ids are unique within a category over all cells. */
  private id(number: number): string {
    return `0x${(this.trace.cell * 2 ** 40 + number).toString(16)}`;
  }

  private complete(
    pid: number,
    tid: number,
    name: string,
    cat: string,
    fromNs: number,
    toNs: number,
    args?: Arguments,
  ): void {
    const [from, to, cut] = this.clip(fromNs, toNs);
    if (to <= from) return;
    const said = cut ? { ...args, cut_by_window: true } : args;
    this.emit({ name, ph: 'X', cat, pid, tid, ts: us(from), dur: us(to - from), ...(said && { args: said }) });
  }

  /** One async slice with slices inside it, in the order of their begins and ends. */
  private nested(
    pid: number,
    cat: string,
    id: string,
    name: string,
    fromNs: number,
    toNs: number,
    args: Arguments,
    inside: readonly (readonly [name: string, fromNs: number, toNs: number])[],
  ): void {
    const [from, to, cut] = this.clip(fromNs, toNs);
    if (to <= from) return;
    const event = { cat, id, pid, tid: 0 };
    this.emit({ name, ph: 'b', ...event, ts: us(from), args: cut ? { ...args, cut_by_window: true } : args });
    for (const [part, partFrom, partTo] of inside) {
      const [begin, end] = this.clip(partFrom, partTo);
      if (end <= begin) continue;
      this.emit({ name: part, ph: 'b', ...event, ts: us(begin) });
      this.emit({ name: part, ph: 'e', ...event, ts: us(end) });
    }
    this.emit({ name, ph: 'e', ...event, ts: us(to) });
  }

  private clip(fromNs: number, toNs: number): [from: number, to: number, cut: boolean] {
    const { startNs, endNs } = this.window;
    return [Math.max(fromNs, startNs), Math.min(toNs, endNs), fromNs < startNs || toNs > endNs];
  }

  private process(pid: number, name: string): void {
    this.emit({ name: 'process_name', ph: 'M', pid, args: { name } });
    this.emit({ name: 'process_sort_index', ph: 'M', pid, args: { sort_index: pid } });
  }

  private thread(pid: number, tid: number, name: string): void {
    this.emit({ name: 'thread_name', ph: 'M', pid, tid, args: { name } });
    this.emit({ name: 'thread_sort_index', ph: 'M', pid, tid, args: { sort_index: tid } });
  }
}

/** ns → µs. */
const us = (ns: number): number => ns / 1000;

type Row<R> = R extends Rows<infer C> ? Readonly<Record<C, number>> : never;

function each<C extends string>({ columns, values }: Rows<C>, visit: (row: Readonly<Record<C, number>>) => void): void {
  for (let at = 0; at < values.length; at += columns.length) {
    visit(Object.fromEntries(columns.map((column, i) => [column, values[at + i]])) as Record<C, number>);
  }
}
