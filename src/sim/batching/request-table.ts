/**
 * The requests in flight of one cell, as a struct of arrays with a free list. A request is its index; indices are reused
 * after `release`. Times are ns, lengths are tokens. About 140 bytes a request in flight, nothing for finished ones.
 */
export const QUEUED = 1;
/** Waiting for its adapter to reach host memory. */
export const LOADING = 2;
/** Its slot is reserved and the copy to the GPU is under way. */
export const ACTIVATING = 3;
export const PREFILLING = 4;
export const DECODING = 5;

type Column = Float64Array | Int32Array | Uint8Array;

export class RequestTable {
  used = 0;
  user = new Int32Array(0);
  adapter = new Int32Array(0);
  cohort = new Int32Array(0);
  turn = new Int32Array(0);
  replica = new Int32Array(0);
  prompt = new Int32Array(0);
  output = new Int32Array(0);
  /** Arrival number in the cell: the tie-break of every order. */
  sequence = new Float64Array(0);
  arrivalNs = new Float64Array(0);
  /** From then to the engine, through the API server. */
  wayNs = new Float64Array(0);
  /** −1 before the first token. */
  firstNs = new Float64Array(0);
  /** When the last token before a preemption was produced; −1 otherwise. */
  lastTokenNs = new Float64Array(0);
  /** Start of its first prefill chunk; −1 before. */
  startNs = new Float64Array(0);
  /** Time waited for the adapter so far, and since when it waits now (−1: it does not). */
  adapterWaitNs = new Float64Array(0);
  waitingSinceNs = new Float64Array(0);
  state = new Uint8Array(0);
  rankClass = new Uint8Array(0);
  lookupTier = new Uint8Array(0);
  /** GPU slot it has pinned; −1 where none. */
  slot = new Int32Array(0);
  /** Entry of host memory it keeps pinned until it has a slot; −1 where none. */
  hostEntry = new Int32Array(0);
  /** 1 once it has used its adapter's entry of host memory, in the eyes of the eviction policy. */
  usedHost = new Uint8Array(0);
  /** Tokens still to be prefilled, and how many its prefill has in all (prompt, plus what it had generated if preempted). */
  prefillLeft = new Int32Array(0);
  prefillTotal = new Int32Array(0);
  /** Tokens produced before the current residence in the batch. */
  generated = new Int32Array(0);
  /** Step counter and KV tokens when it joined the decoding requests. */
  joinStep = new Int32Array(0);
  joinTokens = new Int32Array(0);
  /** KV blocks it holds while prefilling; decoding requests' blocks follow from joinTokens and the step counter. */
  blocks = new Int32Array(0);
  /** Full KV blocks it had when it was preempted, 0 where it was not, and how many had been handed out by then (prefix cache). */
  keptBlocks = new Int32Array(0);
  keptSince = new Float64Array(0);
  /** 1 while it is parked in its replica's waiting queue. */
  parked = new Uint8Array(0);
  /** Place in its replica's list of decoding requests. */
  place = new Int32Array(0);
  /** Intrusive single links: waiters of a load or an activation. */
  next = new Int32Array(0);
  private freeHead = -1;
  private capacity = 0;

  constructor(initialCapacity = 1024) {
    this.resize(initialCapacity);
  }

  acquire(): number {
    if (this.freeHead < 0) this.resize(this.capacity * 2);
    const request = this.freeHead;
    this.freeHead = this.next[request];
    this.next[request] = -1;
    this.used++;
    return request;
  }

  release(request: number): void {
    this.state[request] = 0;
    this.next[request] = this.freeHead;
    this.freeHead = request;
    this.used--;
  }

  private resize(capacity: number): void {
    const columns = this as unknown as Record<string, Column>;
    for (const name of Object.keys(this)) {
      const old = columns[name];
      if (!ArrayBuffer.isView(old)) continue;
      const grown = new (old.constructor as new (length: number) => Column)(capacity);
      grown.set(old as never);
      columns[name] = grown;
    }
    for (let request = capacity - 1; request >= this.capacity; request--) {
      this.next[request] = this.freeHead;
      this.freeHead = request;
    }
    this.capacity = capacity;
  }
}
