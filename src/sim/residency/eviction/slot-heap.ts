/**
 * The slots of a tier ordered by a priority, smallest first; among equals the one whose priority was set first. An indexed
 * 4-ary heap (half the depth of a binary one, children side by side): O(log n) a change, 24 bytes a slot.
 */
export class SlotHeap {
  private readonly priority: Float64Array;
  /** Order of setting, to break ties. Exact up to 2^53 changes. */
  private readonly stamp: Float64Array;
  private readonly heap: Int32Array;
  private readonly position: Int32Array;
  private clock = 0;
  private count = 0;
  private asideCount = 0;

  constructor(slots: number) {
    this.priority = new Float64Array(slots);
    this.stamp = new Float64Array(slots);
    this.heap = new Int32Array(slots);
    this.position = new Int32Array(slots);
  }

  get size(): number {
    return this.count;
  }

  /** The slot with the smallest priority; the heap must not be empty. */
  first(): number {
    return this.heap[0];
  }

  priorityOf(slot: number): number {
    return this.priority[slot];
  }

  push(slot: number, priority: number): void {
    this.priority[slot] = priority;
    this.stamp[slot] = this.clock++;
    this.up(this.count++, slot);
  }

  update(slot: number, priority: number): void {
    this.priority[slot] = priority;
    this.stamp[slot] = this.clock++;
    this.settle(this.position[slot], slot);
  }

  remove(slot: number): void {
    const at = this.position[slot];
    const last = this.heap[--this.count];
    if (last !== slot) this.settle(at, last);
  }

  /** Multiplies every priority by a factor above 0, which keeps the order. O(n). */
  scale(factor: number): void {
    for (let at = 0; at < this.count; at++) this.priority[this.heap[at]] *= factor;
  }

  /** Takes `slot` out for now; `takeAside` hands it back and `restore` puts it in again. */
  setAside(slot: number): void {
    this.remove(slot);
    // The far end of the array is free: slots in the heap and slots aside are never more than slots.
    this.heap[this.heap.length - ++this.asideCount] = slot;
  }

  /** A slot that is set aside, which then no longer is; −1 where there is none. */
  takeAside(): number {
    return this.asideCount === 0 ? -1 : this.heap[this.heap.length - this.asideCount--];
  }

  /** Puts a slot back under `priority`; among equals it stands as if it had never left. */
  restore(slot: number, priority: number): void {
    this.priority[slot] = priority;
    this.up(this.count++, slot);
  }

  private before(a: number, b: number): boolean {
    const pa = this.priority[a];
    const pb = this.priority[b];
    return pa < pb || (pa === pb && this.stamp[a] < this.stamp[b]);
  }

  private settle(at: number, slot: number): void {
    if (at > 0 && this.before(slot, this.heap[(at - 1) >> 2])) this.up(at, slot);
    else this.down(at, slot);
  }

  private up(from: number, slot: number): void {
    const { heap, position } = this;
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 2;
      const parent = heap[above];
      if (!this.before(slot, parent)) break;
      heap[at] = parent;
      position[parent] = at;
      at = above;
    }
    heap[at] = slot;
    position[slot] = at;
  }

  private down(from: number, slot: number): void {
    const { heap, position, count } = this;
    let at = from;
    for (;;) {
      let below = 4 * at + 1;
      if (below >= count) break;
      const end = Math.min(below + 4, count);
      let child = heap[below];
      for (let other = below + 1; other < end; other++) {
        if (this.before(heap[other], child)) {
          below = other;
          child = heap[other];
        }
      }
      if (!this.before(child, slot)) break;
      heap[at] = child;
      position[child] = at;
      at = below;
    }
    heap[at] = slot;
    position[slot] = at;
  }
}
