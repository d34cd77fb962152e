/**
 * ARC: two LRU lists of entries (used once: T1; used again: T2), the ghosts of each (B1, B2), and a target for the size of
 * T1 that every ghost hit moves towards the list that would have kept the entry. Names follow the paper's figure 4.
 * ARC is defined over pages: lists are measured in entries, and the capacity c is what the tier holds when it must evict.
 * O(1) amortised; 13 bytes a slot and 25 a ghost (at most as many ghosts as slots).
 */
import * as z from 'zod';
import { GhostLists } from './ghost-lists.ts';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';
import { EVERYTHING, PATIENCE, SlotLists } from './slot-lists.ts';

/** Ghost lists; T1 and T2 carry the same numbers. */
const ONCE = 0;
const AGAIN = 1;

class Arc implements EvictionPolicy {
  private readonly lists: SlotLists;
  private readonly t1: number;
  private readonly t2: number;
  private readonly pins: Uint16Array;
  private readonly keys: Int32Array;
  private readonly again: Uint8Array;
  private readonly ghosts: GhostLists;
  private t1Count = 0;
  private t2Count = 0;
  private c: number;
  /** Target size of T1. */
  private p = 0;
  /** The key that `evict` took out of a ghost list and that is about to be stored, and that list. */
  private returning = -1;
  private returningFrom = -1;

  constructor(context: EvictionContext) {
    const { capacity } = context;
    this.lists = new SlotLists(capacity, 2);
    this.t1 = this.lists.list(0);
    this.t2 = this.lists.list(1);
    this.pins = context.pins;
    this.keys = new Int32Array(capacity);
    this.again = new Uint8Array(capacity);
    this.ghosts = new GhostLists(capacity + 1, 2);
    this.c = capacity;
  }

  insert(slot: number, key: number): void {
    this.keys[slot] = key;
    this.recall(key);
    if (this.returningFrom === -1) {
      this.again[slot] = 0;
      this.t1Count++;
      this.lists.pushYoung(this.t1, slot);
    } else {
      this.again[slot] = 1;
      this.t2Count++;
      this.lists.pushYoung(this.t2, slot);
    }
    this.returning = -1;
    this.returningFrom = -1;
  }

  hit(slot: number): void {
    if (this.again[slot] === 0) {
      this.again[slot] = 1;
      this.t1Count--;
      this.t2Count++;
    }
    this.lists.renew(this.t2, slot);
  }

  remove(slot: number): void {
    this.lists.unlink(slot);
    if (this.again[slot] === 1) this.t2Count--;
    else this.t1Count--;
  }

  evict(incoming: number): number {
    const { ghosts } = this;
    this.c = this.t1Count + this.t2Count;
    this.recall(incoming);
    if (this.returningFrom === -1) {
      if (this.t1Count + ghosts.count(ONCE) >= this.c) {
        if (ghosts.count(ONCE) === 0) {
          // T1 fills the tier: its oldest leaves without a ghost.
          const victim = this.takeOnce();
          return victim !== -1 ? victim : this.replace();
        }
        while (ghosts.count(ONCE) > 0 && this.t1Count + ghosts.count(ONCE) >= this.c) ghosts.dropOldest(ONCE);
      } else {
        while (ghosts.count(AGAIN) > 0 && ghosts.count(ONCE) + ghosts.count(AGAIN) >= this.c) ghosts.dropOldest(AGAIN);
      }
    }
    return this.replace();
  }

  /** Looks `key` up among the ghosts and, at a hit, adapts p and forgets the ghost. Once a key, however often it is called. */
  private recall(key: number): void {
    if (key === this.returning) return;
    const { ghosts, c } = this;
    const from = ghosts.find(key);
    if (from === ONCE) {
      this.p = Math.min(c, this.p + Math.max(1, ghosts.count(AGAIN) / ghosts.count(ONCE)));
    } else if (from === AGAIN) {
      this.p = Math.max(0, this.p - Math.max(1, ghosts.count(ONCE) / ghosts.count(AGAIN)));
    }
    if (from !== -1) ghosts.delete(key);
    this.returning = key;
    this.returningFrom = from;
  }

  /** REPLACE of the paper; where the list it names has only pinned entries, the other one. */
  private replace(): number {
    const { t1Count, p } = this;
    const fromOnce = t1Count > 0 && (t1Count > p || (this.returningFrom === AGAIN && t1Count === p));
    let victim = fromOnce ? -1 : this.takeAgain(PATIENCE);
    let list = AGAIN;
    if (victim === -1) {
      victim = this.takeOnce();
      list = ONCE;
    }
    if (victim === -1) {
      victim = this.takeAgain(EVERYTHING);
      list = AGAIN;
    }
    if (victim !== -1) this.ghosts.add(list, this.keys[victim]);
    return victim;
  }

  /** Takes the oldest unpinned entry out of T1. Pinned ones before it are in use: they move to T2, as a hit moves them. */
  private takeOnce(): number {
    const { lists, t1 } = this;
    for (let slot = lists.oldest(t1); slot !== t1; slot = lists.oldest(t1)) {
      if (this.pins[slot] === 0) {
        this.remove(slot);
        return slot;
      }
      this.hit(slot);
    }
    return -1;
  }

  private takeAgain(limit: number): number {
    const victim = this.lists.takeOldest(this.t2, this.pins, limit);
    if (victim !== -1) this.t2Count--;
    return victim;
  }
}

const params = z.strictObject({});

export const arc: EvictionEntry<z.infer<typeof params>> = {
  summary: 'Adaptive replacement: balances recency and frequency by ghost hits',
  source: 'Megiddo and Modha, FAST 2003',
  params,
  create: (_params, context) => new Arc(context),
};
