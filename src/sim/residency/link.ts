/**
 * A shared link: transfers of known size over one bandwidth.
 *
 * `serial`: one after the other in order of request, each at the full bandwidth; completion times are known at once.
 * `fair`: all transfers in progress share the bandwidth equally (egalitarian processor sharing), at most `concurrency` at a
 * time, the rest wait in order. Kept by virtual time: the work each transfer in progress has received since the link was
 * last idle; a transfer ends when virtual time reaches its start plus its size, whatever joins or leaves meanwhile.
 * `private`: each transfer has the whole bandwidth to itself, as many as there are. No link does that: it is the fair link
 * without contention, so that contention can be measured as what it adds.
 * A transfer enters the link a fixed delay after it is asked for (resolve time, latency).
 */
export type Discipline = 'serial' | 'fair' | 'private';

export interface LinkOptions {
  bandwidth: number;
  discipline: Discipline;
  concurrency: number;
  /** Called when the transfer with this ticket has arrived in full. */
  onDone(ticket: number, nowNs: number): void;
}

export class Link {
  /** Bytes asked for and not yet delivered, and bytes delivered since `takeDemand` was last called. */
  private outstanding = 0;
  private delivered = 0;
  private bytesPerNs: number;
  private readonly shared: boolean;
  private readonly concurrency: number;
  private readonly onDone: (ticket: number, nowNs: number) => void;
  /** Not yet entered, in order of entry: ticket, entry time, size. A ring that grows. */
  private tickets = new Int32Array(16);
  private enterNs = new Float64Array(16);
  private sizes = new Float64Array(16);
  private head = 0;
  private waiting = 0;
  /** In progress: ticket and virtual finish (fair) or finish time (serial: at most one). */
  private active: Int32Array;
  private activeSize: Float64Array;
  private finish: Float64Array;
  private activeCount = 0;
  private virtual = 0;
  private updatedNs = 0;

  constructor(options: LinkOptions) {
    this.bytesPerNs = options.bandwidth / 1e9;
    this.shared = options.discipline !== 'private';
    const atOnce = { serial: 1, fair: options.concurrency, private: Number.POSITIVE_INFINITY }[options.discipline];
    this.concurrency = Math.max(1, Math.min(atOnce, 1 << 16));
    this.onDone = options.onDone;
    this.active = new Int32Array(Math.min(this.concurrency, 64));
    this.activeSize = new Float64Array(this.active.length);
    this.finish = new Float64Array(this.active.length);
  }

  /** Asks for a transfer that enters the link at `enterNs`; calls must come in order of `enterNs`. */
  submit(ticket: number, bytes: number, enterNs: number): void {
    this.outstanding += bytes;
    if (this.waiting === this.tickets.length) this.growQueue();
    const at = (this.head + this.waiting++) & (this.tickets.length - 1);
    this.tickets[at] = ticket;
    this.enterNs[at] = enterNs;
    this.sizes[at] = bytes;
  }

  /** Time of the next entry or completion; Infinity where nothing is pending. */
  nextNs(): number {
    let next = Number.POSITIVE_INFINITY;
    if (this.waiting > 0 && this.activeCount < this.concurrency) {
      const enter = this.enterNs[this.head];
      next = enter > this.updatedNs ? enter : this.updatedNs;
    }
    if (this.activeCount > 0) {
      const done = this.completionNs(this.finish[this.earliest()]);
      if (done < next) next = done;
    }
    return next;
  }

  /** Processes everything due at `nowNs`. */
  process(nowNs: number): void {
    this.progress(nowNs);
    for (;;) {
      const first = this.activeCount > 0 ? this.earliest() : -1;
      if (first >= 0 && this.completionNs(this.finish[first]) <= nowNs) {
        const ticket = this.active[first];
        this.outstanding -= this.activeSize[first];
        this.delivered += this.activeSize[first];
        this.activeCount--;
        this.active[first] = this.active[this.activeCount];
        this.activeSize[first] = this.activeSize[this.activeCount];
        this.finish[first] = this.finish[this.activeCount];
        this.onDone(ticket, nowNs);
      } else if (this.waiting > 0 && this.activeCount < this.concurrency && this.enterNs[this.head] <= nowNs) {
        this.enter();
      } else {
        return;
      }
    }
  }

  /** Something is in progress: its end depends on the bandwidth. */
  get busy(): boolean {
    return this.activeCount > 0;
  }

  /** New bandwidth from `nowNs` on; a moment in the past where nothing has been in progress since. */
  setBandwidth(bandwidth: number, nowNs: number): void {
    this.progress(nowNs);
    this.bytesPerNs = bandwidth / 1e9;
  }

  /** Bytes that were wanted since the last call: delivered since then, or still outstanding. */
  takeDemand(): number {
    const demand = this.delivered + this.outstanding;
    this.delivered = 0;
    return demand;
  }

  private enter(): void {
    if (this.activeCount === this.active.length) this.growActive();
    const at = this.head;
    if (this.activeCount === 0) this.virtual = 0;
    this.active[this.activeCount] = this.tickets[at];
    this.activeSize[this.activeCount] = this.sizes[at];
    this.finish[this.activeCount++] = this.virtual + this.sizes[at];
    this.head = (at + 1) & (this.tickets.length - 1);
    this.waiting--;
  }

  /** Brings virtual time to `nowNs`. */
  private progress(nowNs: number): void {
    if (this.activeCount > 0) this.virtual += ((nowNs - this.updatedNs) * this.bytesPerNs) / this.sharers();
    this.updatedNs = nowNs;
  }

  /** When a transfer with this virtual finish completes if nothing changes: the first whole ns. */
  private completionNs(virtualFinish: number): number {
    const left = virtualFinish - this.virtual;
    if (left <= 0) return this.updatedNs;
    // The relative slack keeps a quotient that is a whole number but for rounding from costing a further ns.
    return this.updatedNs + Math.ceil((left * this.sharers()) / this.bytesPerNs - 1e-6);
  }

  private sharers(): number {
    return this.shared ? this.activeCount : 1;
  }

  /** Place of the active transfer that ends first (lowest ticket among equals). */
  private earliest(): number {
    let best = 0;
    for (let i = 1; i < this.activeCount; i++) {
      const a = this.finish[i];
      const b = this.finish[best];
      if (a < b || (a === b && this.active[i] < this.active[best])) best = i;
    }
    return best;
  }

  private growActive(): void {
    const active = new Int32Array(this.active.length * 2);
    active.set(this.active);
    const activeSize = new Float64Array(active.length);
    activeSize.set(this.activeSize);
    const finish = new Float64Array(active.length);
    finish.set(this.finish);
    this.active = active;
    this.activeSize = activeSize;
    this.finish = finish;
  }

  private growQueue(): void {
    const length = this.tickets.length;
    const tickets = new Int32Array(length * 2);
    const enterNs = new Float64Array(length * 2);
    const sizes = new Float64Array(length * 2);
    for (let i = 0; i < this.waiting; i++) {
      const at = (this.head + i) & (length - 1);
      tickets[i] = this.tickets[at];
      enterNs[i] = this.enterNs[at];
      sizes[i] = this.sizes[at];
    }
    this.tickets = tickets;
    this.enterNs = enterNs;
    this.sizes = sizes;
    this.head = 0;
  }
}
