/**
 * S3-FIFO: a small FIFO for new entries, a main FIFO with reinsertion, and a ghost FIFO of keys that left the small one.
 * An entry used at least twice in the small queue moves on to the main queue; a key met again as a ghost starts there.
 * Queue shares are measured in bytes, against what the tier holds when it has to evict; ghosts are counted.
 * O(1) amortised; 22 bytes a slot and 25 a ghost.
 */
import * as z from 'zod';
import { fraction } from '../../../scenario/units.ts';
import { GhostLists } from './ghost-lists.ts';
import type { EvictionContext, EvictionEntry, EvictionPolicy } from './policy.ts';
import { SlotLists } from './slot-lists.ts';

/** Uses of an entry are counted up to this. */
const FREQUENCY_MAX = 3;
/** Uses in the small queue that earn a place in the main queue. */
const PROMOTION = 2;
const GHOSTS = 0;

class S3Fifo implements EvictionPolicy {
  private readonly lists: SlotLists;
  private readonly small: number;
  private readonly main: number;
  private readonly pins: Uint16Array;
  private readonly keys: Int32Array;
  private readonly sizes: Float64Array;
  private readonly frequency: Uint8Array;
  private readonly inMain: Uint8Array;
  private readonly ghosts: GhostLists;
  private readonly smallShare: number;
  private readonly ghostShare: number;
  private smallBytes = 0;
  private mainBytes = 0;
  private count = 0;
  private mainCount = 0;
  /** The ghost that `evict` found for the key about to be stored. */
  private returning = -1;

  constructor(smallShare: number, ghostShare: number, context: EvictionContext) {
    const { capacity } = context;
    this.lists = new SlotLists(capacity, 2);
    this.small = this.lists.list(0);
    this.main = this.lists.list(1);
    this.pins = context.pins;
    this.keys = new Int32Array(capacity);
    this.sizes = new Float64Array(capacity);
    this.frequency = new Uint8Array(capacity);
    this.inMain = new Uint8Array(capacity);
    this.ghosts = new GhostLists(Math.floor(ghostShare * capacity) + 1, 1);
    this.smallShare = smallShare;
    this.ghostShare = ghostShare;
  }

  insert(slot: number, key: number, size: number): void {
    this.keys[slot] = key;
    this.sizes[slot] = size;
    this.frequency[slot] = 0;
    this.count++;
    const returning = key === this.returning || this.ghosts.delete(key);
    this.returning = -1;
    this.inMain[slot] = returning ? 1 : 0;
    if (returning) {
      this.mainBytes += size;
      this.mainCount++;
      this.lists.pushYoung(this.main, slot);
    } else {
      this.smallBytes += size;
      this.lists.pushYoung(this.small, slot);
    }
  }

  hit(slot: number): void {
    if (this.frequency[slot] < FREQUENCY_MAX) this.frequency[slot]++;
  }

  remove(slot: number): void {
    this.lists.unlink(slot);
    this.count--;
    if (this.inMain[slot] === 1) {
      this.mainBytes -= this.sizes[slot];
      this.mainCount--;
    } else {
      this.smallBytes -= this.sizes[slot];
    }
  }

  evict(incoming: number): number {
    if (this.ghosts.delete(incoming)) this.returning = incoming;
    let victim = -1;
    if (this.smallBytes >= this.smallShare * (this.smallBytes + this.mainBytes)) victim = this.evictSmall();
    if (victim === -1) victim = this.evictMain();
    if (victim === -1) victim = this.evictSmall();
    return victim;
  }

  private evictSmall(): number {
    const { lists, small } = this;
    for (let slot = lists.oldest(small); slot !== small; slot = lists.oldest(small)) {
      if (this.pins[slot] === 0 && this.frequency[slot] < PROMOTION) {
        this.trimGhosts();
        this.ghosts.add(GHOSTS, this.keys[slot]);
        this.remove(slot);
        return slot;
      }
      // Used enough, or in use right now: on to the main queue, with a clean count.
      this.smallBytes -= this.sizes[slot];
      this.mainBytes += this.sizes[slot];
      this.mainCount++;
      this.inMain[slot] = 1;
      this.frequency[slot] = 0;
      lists.renew(this.main, slot);
    }
    return -1;
  }

  private evictMain(): number {
    const { lists, main } = this;
    // Each turn lowers every count by one, so a victim is found unless all are pinned.
    for (let left = (FREQUENCY_MAX + 1) * this.mainCount; left > 0; left--) {
      const slot = lists.oldest(main);
      if (this.pins[slot] === 0) {
        if (this.frequency[slot] === 0) {
          this.remove(slot);
          return slot;
        }
        this.frequency[slot]--;
      }
      lists.renew(main, slot);
    }
    return -1;
  }

  /** Makes room for one more ghost: as many as `ghostShare` of the entries that the tier holds, at least one. */
  private trimGhosts(): void {
    const limit = Math.max(1, Math.floor(this.ghostShare * this.count));
    while (this.ghosts.count(GHOSTS) >= limit) this.ghosts.dropOldest(GHOSTS);
  }
}

const params = z.strictObject({
  small: fraction({ above: 0, below: 1 }).default(0.1).describe('share of the tier for the small queue'),
  ghosts: fraction({ above: 0, max: 10 })
    .default(0.9)
    .describe('ghosts remembered, relative to the entries of the tier'),
});

export const s3Fifo: EvictionEntry<z.infer<typeof params>> = {
  summary: 'Three FIFO queues: small, main and ghost',
  source: 'Yang et al., SOSP 2023',
  params,
  create: (chosen, context) => new S3Fifo(chosen.small, chosen.ghosts, context),
};
