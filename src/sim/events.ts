/**
 * The pending events of a cell: at most one per source (a replica's next batch change, a loader's next stage, a link's next
 * completion), ordered by (time, source). Source numbers are assigned in phase order, so co-timed events fall into phases:
 * a load that completes at t is handled before the batch that forms at t.
 *
 * An indexed binary heap on typed arrays; schedule, cancel and peek are O(log sources) and allocate nothing. Heaps of tens
 * of sources fit into a few cache lines, where a binary heap beats calendar queues.
 */
export class EventHeap {
  /** Time of a source's event, ns; Infinity where it has none. */
  readonly time: Float64Array;
  private readonly heap: Int32Array;
  private readonly position: Int32Array;
  private size = 0;

  constructor(sources: number) {
    this.time = new Float64Array(sources).fill(Number.POSITIVE_INFINITY);
    this.heap = new Int32Array(sources);
    this.position = new Int32Array(sources).fill(-1);
  }

  /** Time of the earliest event, Infinity where there is none. */
  minTime(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.time[this.heap[0]];
  }

  /** Source of the earliest event, −1 where there is none. */
  minSource(): number {
    return this.size === 0 ? -1 : this.heap[0];
  }

  /** Sets a source's event to `ns`, replacing the one it had; Infinity cancels it. */
  schedule(source: number, ns: number): void {
    const at = this.position[source];
    if (ns === Number.POSITIVE_INFINITY) {
      if (at >= 0) this.removeAt(at);
      return;
    }
    const before = this.time[source];
    this.time[source] = ns;
    if (at < 0) {
      this.heap[this.size] = source;
      this.position[source] = this.size;
      this.up(this.size++);
    } else if (ns < before) {
      this.up(at);
    } else if (ns > before) {
      this.down(at);
    }
  }

  private removeAt(at: number): void {
    const source = this.heap[at];
    this.time[source] = Number.POSITIVE_INFINITY;
    this.position[source] = -1;
    const last = this.heap[--this.size];
    if (last === source) return;
    this.heap[at] = last;
    this.position[last] = at;
    this.up(at);
    this.down(this.position[last]);
  }

  private before(a: number, b: number): boolean {
    const ta = this.time[a];
    const tb = this.time[b];
    return ta < tb || (ta === tb && a < b);
  }

  private up(start: number): void {
    const { heap, position } = this;
    const source = heap[start];
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const other = heap[parent];
      if (!this.before(source, other)) break;
      heap[at] = other;
      position[other] = at;
      at = parent;
    }
    heap[at] = source;
    position[source] = at;
  }

  private down(start: number): void {
    const { heap, position, size } = this;
    const source = heap[start];
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      if (child + 1 < size && this.before(heap[child + 1], heap[child])) child++;
      const other = heap[child];
      if (!this.before(other, source)) break;
      heap[at] = other;
      position[other] = at;
      at = child;
    }
    heap[at] = source;
    position[source] = at;
  }
}
