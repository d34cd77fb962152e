/**
 * What the workers of one run and its main thread share: progress by cell, a flag to stop, and what each cell wanted from the
 * object store in each interval. One SharedArrayBuffer; nothing here depends on the number of workers.
 */
const STOP = 0;
/** Goes up whenever a cell posts an interval. */
const POSTS = 1;
const INTS = 2;

/** By cell, as integers: intervals posted, and 1 where no more will follow. */
const CELL_INTS = 2;
const POSTED = 0;
const DONE = 1;

/** By cell, as floats: simulated ns, requests that arrived, events. */
const FIELDS = 3;
const NOW = 0;
const ARRIVALS = 1;
const EVENTS = 2;

/** Intervals that a cell may run ahead of the slowest: as many as 4 MiB of demands hold, a day of minutes for hundreds of cells. */
const intervalsKept = (cells: number) => Math.max(8, Math.min(4096, Math.floor(2 ** 19 / cells)));

export class StoppedError extends Error {
  constructor() {
    super('the run was stopped');
    this.name = 'StoppedError';
  }
}

export class SharedBoard {
  readonly buffer: SharedArrayBuffer;
  readonly cells: number;
  private readonly ints: Int32Array;
  private readonly cellInts: Int32Array;
  private readonly floats: Float64Array;
  /** Ring of intervals, each with its cells' demands, bytes/s. */
  private readonly kept: number;
  private readonly demands: Float64Array;
  /** Intervals that all cells are known to have posted: it never falls, so most questions need no look at every cell. */
  private known = 0;

  constructor(cells: number, buffer?: SharedArrayBuffer) {
    this.cells = cells;
    this.kept = intervalsKept(cells);
    // Doubles begin at a multiple of their size.
    const integers = INTS + cells * CELL_INTS;
    const floatsAt = Math.ceil(integers / 2) * 8;
    const demandsAt = floatsAt + cells * FIELDS * 8;
    this.buffer = buffer ?? new SharedArrayBuffer(demandsAt + this.kept * cells * 8);
    this.ints = new Int32Array(this.buffer, 0, INTS);
    this.cellInts = new Int32Array(this.buffer, INTS * 4, cells * CELL_INTS);
    this.floats = new Float64Array(this.buffer, floatsAt, cells * FIELDS);
    this.demands = new Float64Array(this.buffer, demandsAt);
  }

  stop(): void {
    Atomics.store(this.ints, STOP, 1);
    Atomics.add(this.ints, POSTS, 1);
    Atomics.notify(this.ints, POSTS);
  }

  checkStopped(): void {
    if (Atomics.load(this.ints, STOP) === 1) throw new StoppedError();
  }

  report(cell: number, nowNs: number, arrivals: number, events: number): void {
    this.floats[cell * FIELDS + NOW] = nowNs;
    this.floats[cell * FIELDS + ARRIVALS] = arrivals;
    this.floats[cell * FIELDS + EVENTS] = events;
  }

  /** Mean simulated ns over cells, and total arrivals and events. */
  progress(): { nowNs: number; arrivals: number; events: number } {
    let nowNs = 0;
    let arrivals = 0;
    let events = 0;
    for (let cell = 0; cell < this.cells; cell++) {
      nowNs += this.floats[cell * FIELDS + NOW] / this.cells;
      arrivals += this.floats[cell * FIELDS + ARRIVALS];
      events += this.floats[cell * FIELDS + EVENTS];
    }
    return { nowNs, arrivals, events };
  }

  /** What a cell wanted in its next interval; `done`: it will want nothing from then on. */
  post(cell: number, demand: number, done: boolean): void {
    const interval = Atomics.load(this.cellInts, cell * CELL_INTS + POSTED);
    this.demands[(interval % this.kept) * this.cells + cell] = demand;
    // In this order: who sees that a cell is done sees its last interval too.
    Atomics.store(this.cellInts, cell * CELL_INTS + POSTED, interval + 1);
    if (done) Atomics.store(this.cellInts, cell * CELL_INTS + DONE, 1);
    Atomics.add(this.ints, POSTS, 1);
    Atomics.notify(this.ints, POSTS);
  }

  /** Whether a cell may post this interval: whoever may still ask for one whose place it takes would read the wrong demands. */
  mayPost(interval: number): boolean {
    return this.allPosted(interval - this.kept + 2);
  }

  /** All cells' demands in an interval, in cell order, bytes/s; null where not all have come so far. */
  demandsIn(interval: number): Float64Array | null {
    if (!this.allPosted(interval + 1)) return null;
    return Float64Array.from({ length: this.cells }, (_, cell) => {
      if (Atomics.load(this.cellInts, cell * CELL_INTS + POSTED) <= interval) return 0;
      return this.demands[(interval % this.kept) * this.cells + cell];
    });
  }

  /** Intervals posted so far by all cells together, as a mark to wait from. */
  posts(): number {
    return Atomics.load(this.ints, POSTS);
  }

  /** Waits until a cell has posted since `seen`, or the run is stopped. */
  waitForPost(seen: number): void {
    while (Atomics.load(this.ints, POSTS) === seen) {
      this.checkStopped();
      Atomics.wait(this.ints, POSTS, seen, 1000);
    }
  }

  /** Whether every cell that is not done has posted so many intervals. */
  private allPosted(intervals: number): boolean {
    if (this.known >= intervals) return true;
    let slowest = Number.POSITIVE_INFINITY;
    for (let cell = 0; cell < this.cells; cell++) {
      if (Atomics.load(this.cellInts, cell * CELL_INTS + DONE) === 1) continue;
      slowest = Math.min(slowest, Atomics.load(this.cellInts, cell * CELL_INTS + POSTED));
    }
    this.known = slowest;
    return slowest >= intervals;
  }
}
