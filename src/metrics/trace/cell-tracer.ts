/**
 * Keeps what overlaps a window of one cell: batches, loads, copies, and phases of requests, as rows of numbers.
 *
 * Memory is bounded: where a kind of row would pass its limit, the window ends half as far from its start and rows beyond its new
 * end are dropped. What is kept is complete for the window that is left, and the same for any number of workers, because only
 * this cell's own events decide.
 */
import { COST_PARTS, TICKS_PER_NS } from '../../sim/cost/step-cost.ts';
import { TRACE_ENDED, type Tracer } from '../../sim/recorder.ts';
import type { TraceWindow } from './window.ts';

/** Columns of each kind of row; every row has a `from` and a `to`, ns. */
export const BATCH_ROW = [
  'from',
  'to',
  'replica',
  'remainder',
  'steps',
  'first',
  'growth',
  'decoding',
  'prefilling',
  'prefillTokens',
  'adapters',
  ...COST_PARTS,
] as const;
export const LOAD_ROW = [
  'from',
  'to',
  'replica',
  'adapter',
  'rankClass',
  'fromTier',
  'startedNs',
  'delayNs',
  'fetchedNs',
  'builtNs',
] as const;
export const COPY_ROW = ['from', 'to', 'replica', 'adapter', 'rankClass', 'waitNs', 'blocking'] as const;
export const PHASE_ROW = [
  'from',
  'to',
  'replica',
  'request',
  'phase',
  'user',
  'cohort',
  'adapter',
  'rankClass',
  'promptTokens',
  'outputTokens',
  'arrivalNs',
] as const;

export interface Rows<C extends string> {
  readonly columns: readonly C[];
  readonly values: Float64Array;
}

export interface CellTrace {
  readonly cell: number;
  /** What the rows are complete for. */
  readonly window: TraceWindow;
  readonly batches: Rows<(typeof BATCH_ROW)[number]>;
  readonly loads: Rows<(typeof LOAD_ROW)[number]>;
  readonly copies: Rows<(typeof COPY_ROW)[number]>;
  readonly phases: Rows<(typeof PHASE_ROW)[number]>;
}

/** What a request index means, as in the engine's table of requests. */
export interface RequestColumns {
  readonly sequence: ArrayLike<number>;
  readonly replica: ArrayLike<number>;
  readonly user: ArrayLike<number>;
  readonly cohort: ArrayLike<number>;
  readonly adapter: ArrayLike<number>;
  readonly rankClass: ArrayLike<number>;
  readonly prompt: ArrayLike<number>;
  readonly output: ArrayLike<number>;
  readonly arrivalNs: ArrayLike<number>;
}

/** Rows of one kind that a cell keeps at most. */
export const MOST_ROWS = 200_000;

class RowStore<C extends string> {
  count = 0;
  private values = new Float64Array(0);
  private readonly columns: readonly C[];

  constructor(columns: readonly C[]) {
    this.columns = columns;
  }

  push(row: readonly number[]): void {
    const width = this.columns.length;
    if ((this.count + 1) * width > this.values.length) {
      const grown = new Float64Array(Math.max(256 * width, this.values.length * 2));
      grown.set(this.values);
      this.values = grown;
    }
    this.values.set(row, this.count++ * width);
  }

  /** Drops rows that begin at or after `endNs`. */
  cut(endNs: number): void {
    const width = this.columns.length;
    let kept = 0;
    for (let row = 0; row < this.count; row++) {
      if (this.values[row * width] >= endNs) continue;
      this.values.copyWithin(kept++ * width, row * width, (row + 1) * width);
    }
    this.count = kept;
  }

  pack(): Rows<C> {
    return { columns: this.columns, values: this.values.slice(0, this.count * this.columns.length) };
  }
}

export class CellTracer implements Tracer {
  private readonly cell: number;
  private readonly startNs: number;
  private endNs: number;
  private readonly mostRows: number;
  private readonly batches = new RowStore(BATCH_ROW);
  private readonly loads = new RowStore(LOAD_ROW);
  private readonly copies = new RowStore(COPY_ROW);
  private readonly phases = new RowStore(PHASE_ROW);
  private table: RequestColumns | null = null;
  private adapterOf = (key: number): number => key;
  /** Phase of each request index, and since when. */
  private current = new Uint8Array(1024);
  private since = new Float64Array(1024);
  /** By replica: when the last copy that steps wait for is complete. */
  private readonly blockedUntilNs: number[] = [];

  constructor(cell: number, window: TraceWindow, mostRows: number = MOST_ROWS) {
    this.cell = cell;
    this.startNs = window.startNs;
    this.endNs = window.endNs;
    this.mostRows = mostRows;
  }

  /**
   * The table that request indices point into; before the first event.
   * @param adapterOf the adapter of a key, where requests and loads name revisions
   */
  attach(table: RequestColumns, adapterOf: (key: number) => number = (key) => key): void {
    this.table = table;
    this.adapterOf = adapterOf;
  }

  phase(request: number, phase: number, nowNs: number): void {
    if (request >= this.current.length) this.grow(request);
    const before = this.current[request];
    if (before === phase) return;
    const since = this.since[request];
    this.current[request] = phase;
    this.since[request] = nowNs;
    if (before === TRACE_ENDED || !this.overlaps(since, nowNs)) return;
    const t = this.table!;
    this.phases.push([
      since,
      nowNs,
      t.replica[request],
      t.sequence[request],
      before,
      t.user[request],
      t.cohort[request],
      this.adapterOf(t.adapter[request]),
      t.rankClass[request],
      t.prompt[request],
      t.output[request],
      t.arrivalNs[request],
    ]);
    this.limit(this.phases);
  }

  batch(
    replica: number,
    startNs: number,
    remainderTicks: number,
    steps: number,
    firstTicks: number,
    growthTicks: number,
    decoding: number,
    prefilling: number,
    prefillTokens: number,
    distinctAdapters: number,
    partTicks: Float64Array,
  ): void {
    const endNs = boundaryNs(startNs, remainderTicks, firstTicks, growthTicks, steps);
    if (!this.overlaps(startNs, endNs)) return;
    this.batches.push([
      startNs,
      endNs,
      replica,
      remainderTicks,
      steps,
      firstTicks,
      growthTicks,
      decoding,
      prefilling,
      prefillTokens,
      distinctAdapters,
      ...partTicks,
    ]);
    this.limit(this.batches);
  }

  load(
    replica: number,
    adapter: number,
    rankClass: number,
    fromTier: number,
    askedNs: number,
    startedNs: number,
    delayNs: number,
    fetchedNs: number,
    builtNs: number,
    nowNs: number,
  ): void {
    if (!this.overlaps(askedNs, nowNs)) return;
    this.loads.push([
      askedNs,
      nowNs,
      replica,
      this.adapterOf(adapter),
      rankClass,
      fromTier,
      startedNs,
      Math.min(delayNs, fetchedNs - startedNs),
      fetchedNs,
      builtNs,
    ]);
    this.limit(this.loads);
  }

  activation(
    replica: number,
    adapter: number,
    rankClass: number,
    waitNs: number,
    copyNs: number,
    blocking: boolean,
    nowNs: number,
  ): void {
    let begin = nowNs + waitNs;
    if (blocking) {
      // Copies that one step waits for come one after another.
      begin = Math.max(nowNs, this.blockedUntilNs[replica] ?? 0);
      this.blockedUntilNs[replica] = begin + copyNs;
    }
    if (!this.overlaps(begin, begin + copyNs)) return;
    this.copies.push([
      begin,
      begin + copyNs,
      replica,
      this.adapterOf(adapter),
      rankClass,
      begin - nowNs,
      blocking ? 1 : 0,
    ]);
    this.limit(this.copies);
  }

  /** Everything kept; requests still under way are cut off at `nowNs`. */
  result(nowNs: number): CellTrace {
    for (let request = 0; request < this.current.length; request++) {
      if (this.current[request] !== TRACE_ENDED) this.phase(request, TRACE_ENDED, nowNs);
    }
    return {
      cell: this.cell,
      window: { startNs: this.startNs, endNs: this.endNs },
      batches: this.batches.pack(),
      loads: this.loads.pack(),
      copies: this.copies.pack(),
      phases: this.phases.pack(),
    };
  }

  /** A stretch of no length is nothing to show. */
  private overlaps(fromNs: number, toNs: number): boolean {
    return fromNs < this.endNs && toNs > this.startNs && toNs > fromNs;
  }

  private limit(rows: { readonly count: number }): void {
    while (rows.count > this.mostRows && this.endNs - this.startNs > 1) {
      this.endNs = this.startNs + Math.ceil((this.endNs - this.startNs) / 2);
      for (const kind of [this.batches, this.loads, this.copies, this.phases]) kind.cut(this.endNs);
    }
  }

  private grow(request: number): void {
    const size = Math.max(request + 1, this.current.length * 2);
    const current = new Uint8Array(size);
    current.set(this.current);
    this.current = current;
    const since = new Float64Array(size);
    since.set(this.since);
    this.since = since;
  }
}

/** End of the j-th step of a batch that began `remainder` ticks after `startNs`, as the engine rounds it. */
export function boundaryNs(startNs: number, remainder: number, first: number, growth: number, j: number): number {
  return startNs + Math.floor((remainder + j * first + growth * ((j * (j - 1)) / 2)) / TICKS_PER_NS);
}
