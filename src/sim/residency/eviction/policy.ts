/**
 * What an eviction policy is to the tier that owns it.
 *
 * A tier holds at most `capacity` entries, numbered 0 … capacity−1 by the tier ("slots"); the tier keeps the map from
 * adapter to slot, the byte accounts and the pins. The policy keeps only the order. All calls are on the hot path: O(1)
 * amortised (GDSF: O(log n)), typed arrays only, no allocation.
 */
import type { Entry } from '../../../scenario/family.ts';

export interface EvictionContext {
  /** Largest number of entries. */
  readonly capacity: number;
  /** pins[slot] > 0: the slot must not be chosen as a victim. Owned and changed by the tier. */
  readonly pins: Uint16Array;
  /** 32 fresh random bits from a named stream (never the arrivals' stream). */
  random32(): number;
}

export interface EvictionPolicy {
  /** A key was stored in a free slot. `size` in bytes, `cost` in seconds to bring it back (GDSF). */
  insert(slot: number, key: number, size: number, cost: number): void;
  /** The entry was used. */
  hit(slot: number): void;
  /** The entry left for a reason of the tier's own (invalidated, demoted): forget it without treating it as evicted. */
  remove(slot: number): void;
  /**
   * Chooses, removes and returns the slot to evict, or −1 where every entry is pinned. `incoming` is the key about to be
   * stored: policies with an admission filter (W-TinyLFU) or ghost lists (ARC, S3-FIFO) look it up here.
   */
  evict(incoming: number): number;
}

export interface EvictionEntry<P = unknown> extends Entry<P> {
  create(params: P, context: EvictionContext): EvictionPolicy;
}
