/**
 * Copies of adapters from host memory into GPU slots: one PCIe path per replica, one copy after the other. Each GPU of the
 * replica copies its own shard at the same time, so a copy takes `activate + bytes / (PCIe bandwidth × GPUs)`.
 */
import type { EventHeap } from '../events.ts';

export class ActivationLink {
  /** Copies under way or waiting. */
  pending = 0;
  /** When the copy that `takeDone` returned last was complete. */
  doneNs = 0;
  private watched = 0;
  private readonly copyNs: Float64Array;
  private readonly events: EventHeap;
  private readonly source: number;
  /** Ring of slots in order of completion. */
  private readonly slots: Int32Array;
  private readonly dueNs: Float64Array;
  private head = 0;
  private busyUntilNs = 0;

  /** @param copyNs by rank class, @param slots number of GPU slots of the replica */
  constructor(copyNs: Float64Array, slots: number, events: EventHeap, source: number) {
    this.copyNs = copyNs;
    this.events = events;
    this.source = source;
    this.slots = new Int32Array(slots);
    this.dueNs = new Float64Array(slots);
  }

  /**
   * Queues the copy into `slot` and returns the time it waits before it starts, ns. A replica that is forming batches looks at
   * `nextNs` itself when it plans its steps; `watched` asks for an event, for copies that nobody plans around.
   */
  submit(slot: number, rankClass: number, nowNs: number, watched: boolean): number {
    const begin = this.busyUntilNs > nowNs ? this.busyUntilNs : nowNs;
    this.busyUntilNs = begin + this.copyNs[rankClass];
    const at = (this.head + this.pending++) % this.slots.length;
    this.slots[at] = slot;
    this.dueNs[at] = this.busyUntilNs;
    if (watched) {
      this.watched++;
      // A running replica may not have looked yet at a copy before this one that is complete.
      this.events.schedule(this.source, Math.max(nowNs, this.nextNs()));
    }
    return begin - nowNs;
  }

  /** When the next copy is complete; Infinity where none is under way. */
  nextNs(): number {
    return this.pending === 0 ? Number.POSITIVE_INFINITY : this.dueNs[this.head];
  }

  /** Asks for an event when the next copy is complete. */
  watch(): void {
    this.events.schedule(this.source, this.nextNs());
  }

  /** A copy that was watched is complete. */
  unwatch(): void {
    this.watched--;
  }

  /** The slot whose copy is complete by `nowNs`, or −1; `doneNs` says since when. */
  takeDone(nowNs: number): number {
    const dueNs = this.nextNs();
    if (dueNs > nowNs) {
      this.events.schedule(this.source, this.watched > 0 ? dueNs : Number.POSITIVE_INFINITY);
      return -1;
    }
    const slot = this.slots[this.head];
    this.doneNs = dueNs;
    this.head = (this.head + 1) % this.slots.length;
    this.pending--;
    return slot;
  }
}
