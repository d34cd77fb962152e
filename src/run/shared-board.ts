/**
 * What the workers of one run and its main thread share: progress by cell, a flag to stop, and the barriers at which cells
 * exchange what they want from the object store. One SharedArrayBuffer; nothing here depends on the number of workers.
 */
const STOP = 0;
const GENERATION = 1;
const ARRIVED = 2;
const INTS = 4;

/** By cell: simulated ns, requests that arrived, events, demand, done flag. */
const FIELDS = 5;
const NOW = 0;
const ARRIVALS = 1;
const EVENTS = 2;
const DEMAND = 3;
const DONE = 4;

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
  private readonly floats: Float64Array;

  constructor(cells: number, buffer?: SharedArrayBuffer) {
    this.cells = cells;
    this.buffer = buffer ?? new SharedArrayBuffer(INTS * 4 + cells * FIELDS * 8);
    this.ints = new Int32Array(this.buffer, 0, INTS);
    this.floats = new Float64Array(this.buffer, INTS * 4);
  }

  stop(): void {
    Atomics.store(this.ints, STOP, 1);
    Atomics.add(this.ints, GENERATION, 1);
    Atomics.notify(this.ints, GENERATION);
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

  offer(cell: number, demand: number, done: boolean): void {
    this.floats[cell * FIELDS + DEMAND] = demand;
    this.floats[cell * FIELDS + DONE] = done ? 1 : 0;
  }

  /** Waits until all `workers` are here. A round has two: all have offered, then all have read. */
  barrier(workers: number): void {
    const generation = Atomics.load(this.ints, GENERATION);
    this.checkStopped();
    if (Atomics.add(this.ints, ARRIVED, 1) === workers - 1) {
      Atomics.store(this.ints, ARRIVED, 0);
      Atomics.add(this.ints, GENERATION, 1);
      Atomics.notify(this.ints, GENERATION);
    } else {
      while (Atomics.load(this.ints, GENERATION) === generation) Atomics.wait(this.ints, GENERATION, generation, 1000);
    }
    this.checkStopped();
  }

  /** All cells' demands, in cell order. */
  demands(): Float64Array {
    return Float64Array.from({ length: this.cells }, (_, cell) => this.floats[cell * FIELDS + DEMAND]);
  }

  allDone(): boolean {
    for (let cell = 0; cell < this.cells; cell++) if (this.floats[cell * FIELDS + DONE] === 0) return false;
    return true;
  }
}
