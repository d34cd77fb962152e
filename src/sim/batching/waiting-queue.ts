/**
 * The requests that wait for a place in a replica's batch, in scheduling order.
 *
 * A request whose adapter can have no GPU slot is parked, so that a pass over the queue costs O(requests that start), not
 * O(requests that wait), under overload. Parked requests come back into consideration when a slot can be had, or when their
 * adapter takes one for somebody else: exactly the requests that a scan of the whole queue would have started.
 */
import { RequestHeap } from './request-heap.ts';
import type { RequestTable } from './request-table.ts';

export class WaitingQueue {
  /** Parked requests. */
  parkedCount = 0;
  private readonly ready = new RequestHeap(256);
  /** May hold entries of requests that are no longer parked; `skipStale` drops them when they come up. */
  private readonly parked = new RequestHeap(64);
  private readonly byAdapter = new Map<number, number[]>();
  private readonly t: RequestTable;
  private topParked = false;

  constructor(table: RequestTable) {
    this.t = table;
  }

  get size(): number {
    return this.ready.size + this.parkedCount;
  }

  push(request: number, key: number): void {
    this.ready.push(request, key, this.t.sequence[request]);
  }

  /** The first request to consider, parked ones only where a slot can be had; −1 where there is none. */
  first(slotsFree: boolean): number {
    if (slotsFree && this.parkedCount > 0) {
      this.skipStale();
      const key = this.parked.topKey();
      const other = this.ready.topKey();
      this.topParked = key < other || (key === other && this.parked.topSequence() < this.ready.topSequence());
      if (this.topParked) return this.parked.top();
    }
    this.topParked = false;
    return this.ready.size === 0 ? -1 : this.ready.top();
  }

  /** Key of what `first` returned. */
  firstKey(): number {
    return this.topParked ? this.parked.topKey() : this.ready.topKey();
  }

  /** Removes what `first` returned. */
  removeFirst(): void {
    if (!this.topParked) {
      this.ready.pop();
      return;
    }
    const request = this.parked.pop();
    this.t.parked[request] = 0;
    this.parkedCount--;
    this.forget(request);
  }

  /** Parks what `first` returned. */
  parkFirst(): void {
    if (this.topParked) return;
    const key = this.ready.topKey();
    const request = this.ready.pop();
    this.t.parked[request] = 1;
    this.parkedCount++;
    this.parked.push(request, key, this.t.sequence[request]);
    const adapter = this.t.adapter[request];
    const others = this.byAdapter.get(adapter);
    if (others === undefined) this.byAdapter.set(adapter, [request]);
    else others.push(request);
  }

  /** The adapter took a slot: its parked requests may start with it. */
  wake(adapter: number, key: (request: number) => number): void {
    if (this.parkedCount === 0) return;
    const requests = this.byAdapter.get(adapter);
    if (requests === undefined) return;
    this.byAdapter.delete(adapter);
    for (const request of requests) {
      this.t.parked[request] = 0;
      this.parkedCount--;
      this.push(request, key(request));
    }
  }

  /** Removes a request, wherever it is: O(n), for rare events. */
  remove(request: number): void {
    if (this.t.parked[request] === 0) {
      this.ready.remove(request);
      return;
    }
    this.t.parked[request] = 0;
    this.parkedCount--;
    this.forget(request);
  }

  /** Parked requests that stand before this one: O(parked). */
  parkedBefore(request: number, keyOf: (request: number) => number): number {
    const { sequence } = this.t;
    const key = keyOf(request);
    let before = 0;
    for (const requests of this.byAdapter.values()) {
      for (const other of requests) {
        const its = keyOf(other);
        if (its < key || (its === key && sequence[other] < sequence[request])) before++;
      }
    }
    return before;
  }

  /** Whether `request` is the first of those that are not parked. */
  isFirstReady(request: number): boolean {
    return this.ready.size > 0 && this.ready.top() === request;
  }

  forEach(visit: (request: number) => void): void {
    for (let i = 0; i < this.ready.size; i++) visit(this.ready.at(i));
    for (const requests of this.byAdapter.values()) requests.forEach(visit);
  }

  private forget(request: number): void {
    const adapter = this.t.adapter[request];
    const requests = this.byAdapter.get(adapter)!;
    if (requests.length === 1) this.byAdapter.delete(adapter);
    else requests.splice(requests.indexOf(request), 1);
  }

  private skipStale(): void {
    const { parked, t } = this;
    while (t.parked[parked.top()] === 0 || t.sequence[parked.top()] !== parked.topSequence()) parked.pop();
  }
}
