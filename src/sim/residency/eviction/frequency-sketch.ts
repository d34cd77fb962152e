/**
 * How often a key was used lately, approximately: a count-min sketch with four 4-bit counters a key and minimal increment,
 * all four in one 64-byte block (one cache line). `age` halves every counter. Optionally a doorkeeper, a Bloom filter that
 * holds each key's first use so that one-hit wonders stay out of the counters.
 * Source: Einziger, Friedman and Manes, "TinyLFU", ACM Transactions on Storage 13(4), 2017, sections 3.2 to 3.4; block layout
 * as in ben-manes/caffeine. 8 to 16 bytes an entry, 1 to 2 more with a doorkeeper.
 */
const BLOCK_WORDS = 16;
const ROWS = 4;
const COUNTER_MAX = 15;

export class FrequencySketch {
  /** Eight counters a word; row r of a block is its words 4r … 4r + 3, that is 32 counters. */
  private readonly words: Int32Array;
  private readonly blockMask: number;
  /** Empty where there is no doorkeeper. */
  private readonly door: Int32Array;

  constructor(entries: number, doorkeeper: boolean) {
    let blocks = 1;
    while (blocks * (BLOCK_WORDS / 2) < entries) blocks *= 2;
    this.words = new Int32Array(blocks * BLOCK_WORDS);
    this.blockMask = blocks - 1;
    this.door = new Int32Array(doorkeeper ? blocks * 2 : 0);
  }

  /** Uses since the last agings, 0 … 15 (16 with a doorkeeper). */
  estimate(key: number): number {
    const block = spread(key);
    const inside = rehash(block);
    const smallest = this.smallest((block & this.blockMask) * BLOCK_WORDS, inside);
    return this.door.length > 0 && this.passedDoor(block, inside) ? smallest + 1 : smallest;
  }

  add(key: number): void {
    const block = spread(key);
    const inside = rehash(block);
    if (this.door.length > 0 && !this.passedDoor(block, inside)) {
      this.openDoor(block, inside);
      return;
    }
    const base = (block & this.blockMask) * BLOCK_WORDS;
    const smallest = this.smallest(base, inside);
    if (smallest === COUNTER_MAX) return;
    const { words } = this;
    for (let row = 0; row < ROWS; row++) {
      const counter = (inside >>> (row * 8)) & 31;
      const word = base + row * 4 + (counter >> 3);
      const shift = (counter & 7) * 4;
      if (((words[word] >>> shift) & 15) === smallest) words[word] += 1 << shift;
    }
  }

  /** Halves every counter and empties the doorkeeper. O(size). */
  age(): void {
    const { words } = this;
    for (let i = 0; i < words.length; i++) words[i] = (words[i] >>> 1) & 0x77777777;
    this.door.fill(0);
  }

  private smallest(base: number, inside: number): number {
    const { words } = this;
    let smallest = COUNTER_MAX;
    for (let row = 0; row < ROWS; row++) {
      const counter = (inside >>> (row * 8)) & 31;
      const value = (words[base + row * 4 + (counter >> 3)] >>> ((counter & 7) * 4)) & 15;
      if (value < smallest) smallest = value;
    }
    return smallest;
  }

  /** The doorkeeper's block has 64 bits; a key sets two of them. */
  private passedDoor(block: number, inside: number): boolean {
    const at = (block & this.blockMask) * 2;
    return ((this.door[at] >>> (inside & 31)) & (this.door[at + 1] >>> ((inside >>> 8) & 31)) & 1) === 1;
  }

  private openDoor(block: number, inside: number): void {
    const at = (block & this.blockMask) * 2;
    this.door[at] |= 1 << (inside & 31);
    this.door[at + 1] |= 1 << ((inside >>> 8) & 31);
  }
}

function spread(key: number): number {
  let hash = Math.imul(key ^ (key >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A second hash whose every byte depends on every bit of the first: keys of one block share the first one's low bits. */
function rehash(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  mixed = Math.imul(mixed ^ (mixed >>> 12), 0x297a2d39);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
