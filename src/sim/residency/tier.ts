/**
 * One residency tier: which adapters are here, in how many bytes, and which must stay.
 *
 * The tier owns the map from adapter to entry, the byte account and the pins; an eviction policy owns only the order. An
 * entry costs 4 (key) + 1 (rank class) + 2 (pins) bytes, 4–16 for the index and what the policy keeps.
 */

import type { EvictionContext, EvictionPolicy } from './eviction/policy.ts';
import { createIndex, type IndexMap } from './index-map.ts';

export interface TierOptions {
  /** Tier number as recorders see it: 1 disk, 2 host memory, 3 GPU. */
  id: number;
  /** Largest number of entries and of bytes. */
  entries: number;
  bytes: number;
  /** Adapters that exist: keys are 0 … universe−1. */
  universe: number;
  /** Bytes of an entry, and seconds to bring it back, by rank class. */
  sizes: Float64Array;
  costs: Float64Array;
  random32(): number;
  createPolicy(context: EvictionContext): EvictionPolicy;
  /** Called for each entry that the policy evicts, with its rank class. */
  onEvict(tier: number, rankClass: number, bytes: number): void;
}

export class Tier {
  readonly id: number;
  readonly entries: number;
  readonly capacityBytes: number;
  used = 0;
  usedBytes = 0;
  /** Entries with at least one pin. */
  pinned = 0;
  readonly pins: Uint16Array;
  private readonly keys: Int32Array;
  private readonly classes: Uint8Array;
  private readonly index: IndexMap;
  private readonly policy: EvictionPolicy;
  private readonly sizes: Float64Array;
  private readonly costs: Float64Array;
  private readonly free: Int32Array;
  private freeCount: number;
  private readonly onEvict: (tier: number, rankClass: number, bytes: number) => void;
  /** Set by whoever follows the tier's contents (residency signals): called with each adapter that came or went. */
  onChange: ((adapter: number) => void) | null = null;

  constructor(options: TierOptions) {
    const entries = Math.max(1, Math.min(options.entries, options.universe));
    this.id = options.id;
    this.entries = entries;
    this.capacityBytes = options.bytes;
    this.pins = new Uint16Array(entries);
    this.keys = new Int32Array(entries).fill(-1);
    this.classes = new Uint8Array(entries);
    this.index = createIndex(options.universe, entries);
    this.sizes = options.sizes;
    this.costs = options.costs;
    this.onEvict = options.onEvict;
    this.policy = options.createPolicy({ capacity: entries, pins: this.pins, random32: options.random32 });
    this.free = new Int32Array(entries);
    for (let i = 0; i < entries; i++) this.free[i] = entries - 1 - i;
    this.freeCount = entries;
  }

  /** Entry of an adapter, −1 where it is not here. Does not count as a use. */
  find(adapter: number): number {
    return this.index.get(adapter);
  }

  adapterAt(entry: number): number {
    return this.keys[entry];
  }

  classAt(entry: number): number {
    return this.classes[entry];
  }

  sizeAt(entry: number): number {
    return this.sizes[this.classes[entry]];
  }

  touch(entry: number): void {
    this.policy.hit(entry);
  }

  pin(entry: number): void {
    if (this.pins[entry]++ === 0) this.pinned++;
  }

  unpin(entry: number): void {
    if (--this.pins[entry] === 0) this.pinned--;
  }

  /** Stores an adapter, evicting as needed. Returns its entry, or −1 (nothing changed) where pins leave no room. */
  insert(adapter: number, rankClass: number): number {
    const size = this.sizes[rankClass];
    while (this.freeCount === 0 || this.usedBytes + size > this.capacityBytes) {
      if (this.evictOne(adapter) < 0) return -1;
    }
    const entry = this.free[--this.freeCount];
    this.keys[entry] = adapter;
    this.classes[entry] = rankClass;
    this.usedBytes += size;
    this.used++;
    this.index.set(adapter, entry);
    this.policy.insert(entry, adapter, size, this.costs[rankClass]);
    if (this.onChange !== null) this.onChange(adapter);
    return entry;
  }

  /** Evicts one unpinned entry and returns its size in bytes, −1 where there is none. */
  evictOne(incoming: number): number {
    if (this.used === this.pinned) return -1;
    const entry = this.policy.evict(incoming);
    if (entry < 0) return -1;
    const adapter = this.keys[entry];
    const size = this.sizes[this.classes[entry]];
    this.index.delete(adapter);
    this.keys[entry] = -1;
    this.usedBytes -= size;
    this.used--;
    this.free[this.freeCount++] = entry;
    this.onEvict(this.id, this.classes[entry], size);
    if (this.onChange !== null) this.onChange(adapter);
    return size;
  }
}
