/**
 * Keys that a policy remembers after their entries were evicted ("ghosts"), in one or more lists ordered by age.
 * O(1) expected; 25 bytes a ghost, at most `capacity` of them over all lists.
 */
import { HashIndex } from '../index-map.ts';
import { SlotLists } from './slot-lists.ts';

export class GhostLists {
  private readonly lists: SlotLists;
  private readonly index: HashIndex;
  private readonly keys: Int32Array;
  private readonly listOfNode: Uint8Array;
  private readonly free: Int32Array;
  private freeCount: number;
  private readonly counts: Int32Array;

  constructor(capacity: number, lists: number) {
    this.lists = new SlotLists(capacity, lists);
    this.index = new HashIndex(capacity);
    this.keys = new Int32Array(capacity);
    this.listOfNode = new Uint8Array(capacity);
    this.free = new Int32Array(capacity);
    for (let i = 0; i < capacity; i++) this.free[i] = capacity - 1 - i;
    this.freeCount = capacity;
    this.counts = new Int32Array(lists);
  }

  count(list: number): number {
    return this.counts[list];
  }

  /** The list that remembers `key`, −1 where none does. */
  find(key: number): number {
    const node = this.index.get(key);
    return node === -1 ? -1 : this.listOfNode[node];
  }

  /** Remembers `key`, which no list holds, as the youngest of `list`. A full store forgets the list's oldest, or nothing new. */
  add(list: number, key: number): void {
    if (this.freeCount === 0) {
      if (this.counts[list] === 0) return;
      this.dropOldest(list);
    }
    const node = this.free[--this.freeCount];
    this.keys[node] = key;
    this.listOfNode[node] = list;
    this.counts[list]++;
    this.lists.pushYoung(this.lists.list(list), node);
    this.index.set(key, node);
  }

  /** Forgets `key`. True where a list held it. */
  delete(key: number): boolean {
    const node = this.index.get(key);
    if (node === -1) return false;
    this.drop(node);
    return true;
  }

  /** Forgets the oldest key of a list that is not empty. */
  dropOldest(list: number): void {
    this.drop(this.lists.oldest(this.lists.list(list)));
  }

  private drop(node: number): void {
    this.index.delete(this.keys[node]);
    this.lists.unlink(node);
    this.counts[this.listOfNode[node]]--;
    this.free[this.freeCount++] = node;
  }
}
