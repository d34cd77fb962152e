/**
 * Where an adapter is in a tier: adapter number → slot, bounded by the tier's capacity, not by the catalog.
 *
 * `HashIndex` is open addressing with linear probing and backward-shift deletion (Knuth, TAOCP 3, 6.4, algorithm R): no
 * tombstones, so a table that churns for ever stays as fast as a new one. Fibonacci hashing scaled to the table's length
 * lets the length be any number: load 1/2 at most, 16 bytes an entry, 1.5 probes a hit and 2.5 a miss on average, side by side.
 * `DenseIndex` is one number an adapter, 4 bytes each, for catalogs not much larger than the tier.
 */
export interface IndexMap {
  /** The slot of `key`, −1 where it has none. */
  get(key: number): number;
  /** Sets the slot of `key`, new or not. The caller holds at most `capacity` keys at a time. */
  set(key: number, slot: number): void;
  /** Forgets `key`, which may be absent. */
  delete(key: number): void;
}

/** A catalog of at most this many times the capacity is indexed densely (16 bytes an entry at the limit). */
const DENSE_UNIVERSE = 4;

/** An empty index for keys 0 … universe − 1, at most `capacity` of them at a time. */
export function createIndex(universe: number, capacity: number): IndexMap {
  return universe <= DENSE_UNIVERSE * capacity ? new DenseIndex(universe) : new HashIndex(capacity);
}

export class DenseIndex implements IndexMap {
  private readonly slots: Int32Array;

  constructor(universe: number) {
    this.slots = new Int32Array(universe).fill(-1);
  }

  get(key: number): number {
    return this.slots[key];
  }

  set(key: number, slot: number): void {
    this.slots[key] = slot;
  }

  delete(key: number): void {
    this.slots[key] = -1;
  }
}

/** 2^32 divided by the golden ratio, odd: consecutive keys land far apart. */
const FIBONACCI = 0x9e3779b1;

export class HashIndex implements IndexMap {
  /** Pairs (key, slot); key −1 marks an empty cell. */
  private readonly cells: Int32Array;
  /** Maps a 32-bit hash to a cell number by multiplication. */
  private readonly scale: number;

  constructor(capacity: number) {
    const cells = 2 * capacity + 1;
    this.cells = new Int32Array(2 * cells).fill(-1);
    this.scale = cells / 2 ** 32;
  }

  get(key: number): number {
    const cells = this.cells;
    let at = this.homeOf(key);
    for (let found = cells[at]; found !== -1; found = cells[at]) {
      if (found === key) return cells[at + 1];
      at += 2;
      if (at === cells.length) at = 0;
    }
    return -1;
  }

  set(key: number, slot: number): void {
    const cells = this.cells;
    let at = this.homeOf(key);
    while (cells[at] !== -1 && cells[at] !== key) {
      at += 2;
      if (at === cells.length) at = 0;
    }
    cells[at] = key;
    cells[at + 1] = slot;
  }

  delete(key: number): void {
    const cells = this.cells;
    let hole = this.homeOf(key);
    while (cells[hole] !== key) {
      if (cells[hole] === -1) return;
      hole += 2;
      if (hole === cells.length) hole = 0;
    }
    let at = hole;
    for (;;) {
      at += 2;
      if (at === cells.length) at = 0;
      const moved = cells[at];
      if (moved === -1) break;
      // An entry may fill the hole unless its home lies cyclically after the hole: then probing from home would miss it.
      const home = this.homeOf(moved);
      if (hole <= at ? hole < home && home <= at : hole < home || home <= at) continue;
      cells[hole] = moved;
      cells[hole + 1] = cells[at + 1];
      hole = at;
    }
    cells[hole] = -1;
  }

  private homeOf(key: number): number {
    return (((Math.imul(key, FIBONACCI) >>> 0) * this.scale) | 0) << 1;
  }
}
