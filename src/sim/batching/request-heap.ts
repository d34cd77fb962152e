/**
 * A growable binary min-heap of requests ordered by (key, sequence): waiting requests by scheduling key, decoding requests
 * by the step they finish in. The sequence makes ties independent of insertion order.
 */
export class RequestHeap {
  size = 0;
  private keys: Float64Array;
  private sequences: Float64Array;
  private requests: Int32Array;

  constructor(initialCapacity = 64) {
    this.keys = new Float64Array(initialCapacity);
    this.sequences = new Float64Array(initialCapacity);
    this.requests = new Int32Array(initialCapacity);
  }

  /** Request with the smallest (key, sequence); the heap must not be empty. */
  top(): number {
    return this.requests[0];
  }

  topSequence(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.sequences[0];
  }

  topKey(): number {
    return this.size === 0 ? Number.POSITIVE_INFINITY : this.keys[0];
  }

  /** The i-th request in heap order, 0 … size − 1: for passes over all of them. */
  at(i: number): number {
    return this.requests[i];
  }

  push(request: number, key: number, sequence: number): void {
    if (this.size === this.keys.length) this.grow();
    this.siftUp(this.size++, request, key, sequence);
  }

  pop(): number {
    const request = this.requests[0];
    const last = --this.size;
    if (last > 0) this.siftDown(0, this.requests[last], this.keys[last], this.sequences[last]);
    return request;
  }

  /** Removes one request, wherever it is: O(n), for rare events. Returns whether it was there. */
  remove(request: number): boolean {
    for (let at = 0; at < this.size; at++) {
      if (this.requests[at] !== request) continue;
      const last = --this.size;
      if (at < last) {
        const key = this.keys[last];
        const sequence = this.sequences[last];
        const moved = this.requests[last];
        const parent = (at - 1) >> 1;
        if (at > 0 && this.less(key, sequence, parent)) this.siftUp(at, moved, key, sequence);
        else this.siftDown(at, moved, key, sequence);
      }
      return true;
    }
    return false;
  }

  private less(key: number, sequence: number, at: number): boolean {
    const other = this.keys[at];
    return key < other || (key === other && sequence < this.sequences[at]);
  }

  private place(at: number, request: number, key: number, sequence: number): void {
    this.keys[at] = key;
    this.sequences[at] = sequence;
    this.requests[at] = request;
  }

  private siftUp(start: number, request: number, key: number, sequence: number): void {
    let at = start;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.less(key, sequence, parent)) break;
      this.place(at, this.requests[parent], this.keys[parent], this.sequences[parent]);
      at = parent;
    }
    this.place(at, request, key, sequence);
  }

  private siftDown(start: number, request: number, key: number, sequence: number): void {
    const { keys, sequences, size } = this;
    let at = start;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= size) break;
      const right = child + 1;
      if (
        right < size &&
        (keys[right] < keys[child] || (keys[right] === keys[child] && sequences[right] < sequences[child]))
      ) {
        child = right;
      }
      if (key < keys[child] || (key === keys[child] && sequence <= sequences[child])) break;
      this.place(at, this.requests[child], keys[child], sequences[child]);
      at = child;
    }
    this.place(at, request, key, sequence);
  }

  private grow(): void {
    const capacity = this.keys.length * 2;
    const keys = new Float64Array(capacity);
    keys.set(this.keys);
    const sequences = new Float64Array(capacity);
    sequences.set(this.sequences);
    const requests = new Int32Array(capacity);
    requests.set(this.requests);
    this.keys = keys;
    this.sequences = sequences;
    this.requests = requests;
  }
}
