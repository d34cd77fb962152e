/**
 * Doubly linked lists threaded through the slots of one tier: every slot is in at most one of them. Circular, with one
 * sentinel a list behind the slots, so linking and unlinking never branch. Both links of a slot share a cache line.
 *
 * 8 bytes a slot; every operation is O(1) but `oldestUnpinned`, which is O(1) amortised while a constant share of the list is
 * unpinned (each pinned entry it steps over is met again only after every unpinned entry has left).
 */
/** No limit to a search. */
export const EVERYTHING = 2 ** 31 - 1;

/**
 * How many pinned entries in a row a policy with several lists looks at before it gives another list a turn: a list that is
 * pinned throughout must not be searched to its end at every eviction.
 */
export const PATIENCE = 64;

export class SlotLists {
  /** [2i]: the next younger entry of i, [2i + 1]: the next older one. From a sentinel, "younger" wraps to the oldest. */
  private readonly links: Int32Array;
  private readonly slots: number;

  constructor(slots: number, lists: number) {
    this.slots = slots;
    this.links = new Int32Array(2 * (slots + lists));
    for (let list = slots; list < slots + lists; list++) {
      this.links[2 * list] = list;
      this.links[2 * list + 1] = list;
    }
  }

  /** The handle of list number `index`, which the other methods take as `list`. */
  list(index: number): number {
    return this.slots + index;
  }

  /** The oldest entry; `list` itself where it is empty. */
  oldest(list: number): number {
    return this.links[2 * list];
  }

  /** The youngest entry; `list` itself where it is empty. */
  youngest(list: number): number {
    return this.links[2 * list + 1];
  }

  /** The entry stored after `slot`; the list's handle after the youngest. */
  younger(slot: number): number {
    return this.links[2 * slot];
  }

  /** The entry stored before `slot`; the list's handle before the oldest. */
  older(slot: number): number {
    return this.links[2 * slot + 1];
  }

  isEmpty(list: number): boolean {
    return this.links[2 * list] === list;
  }

  pushYoung(list: number, slot: number): void {
    this.insertAfter(this.links[2 * list + 1], slot);
  }

  /** Links `slot` as the next younger entry of `older` (an entry, or a list's handle: then as its oldest). */
  insertAfter(older: number, slot: number): void {
    const links = this.links;
    const younger = links[2 * older];
    links[2 * slot] = younger;
    links[2 * slot + 1] = older;
    links[2 * older] = slot;
    links[2 * younger + 1] = slot;
  }

  unlink(slot: number): void {
    const links = this.links;
    const younger = links[2 * slot];
    const older = links[2 * slot + 1];
    links[2 * older] = younger;
    links[2 * younger + 1] = older;
  }

  /** Moves `slot`, wherever it is, to the young end of `list`. */
  renew(list: number, slot: number): void {
    if (this.links[2 * slot] === list) return;
    this.unlink(slot);
    this.pushYoung(list, slot);
  }

  /**
   * The oldest entry that is not pinned, −1 where there is none among the `limit` oldest. Pinned entries on the way are in
   * use and move to the young end, as a use would move them.
   */
  oldestUnpinned(list: number, pins: Uint16Array, limit = EVERYTHING): number {
    const first = this.oldest(list);
    if (first === list) return -1;
    let slot = first;
    let left = limit;
    do {
      if (pins[slot] === 0) return slot;
      this.renew(list, slot);
      slot = this.oldest(list);
    } while (slot !== first && --left > 0);
    return -1;
  }

  /** Unlinks and returns `oldestUnpinned`. */
  takeOldest(list: number, pins: Uint16Array, limit = EVERYTHING): number {
    const slot = this.oldestUnpinned(list, pins, limit);
    if (slot !== -1) this.unlink(slot);
    return slot;
  }
}
