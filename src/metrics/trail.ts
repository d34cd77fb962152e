/**
 * Where a cell's events went: at regular moments of simulated time, how many events lie before it and a digest of them. Two runs
 * went the same way up to the last moment at which both have the same digest; what differs first lies between that one and
 * the next (study/compare/divergence.ts).
 *
 * At most MOST_MARKS moments are kept: when they are full, every second one goes, and only every second one is taken from then on.
 */

export interface CellTrail {
  /** Moments, ns; the last is the end of the run. */
  ns: Float64Array;
  /** Events before it. */
  events: Float64Array;
  digests: Uint32Array;
}

export const MOST_MARKS = 512;

export class EventTrail {
  private readonly ns = new Float64Array(MOST_MARKS);
  private readonly events = new Float64Array(MOST_MARKS);
  private readonly digests = new Uint32Array(MOST_MARKS);
  private size = 0;
  private every = 1;
  private calls = 0;
  private last: [ns: number, events: number, digest: number] = [0, 0, 0];

  mark(events: number, digest: number, nowNs: number): void {
    this.last = [nowNs, events, digest >>> 0];
    if (++this.calls % this.every !== 0) return;
    if (this.size === MOST_MARKS) {
      this.thin();
      if (this.calls % this.every !== 0) return;
    }
    this.ns[this.size] = nowNs;
    this.events[this.size] = events;
    this.digests[this.size++] = digest;
  }

  pack(): CellTrail {
    const [ns, events, digest] = this.last;
    const kept = this.size - (this.size > 0 && this.ns[this.size - 1] === ns ? 1 : 0);
    return {
      ns: Float64Array.of(...this.ns.subarray(0, kept), ns),
      events: Float64Array.of(...this.events.subarray(0, kept), events),
      digests: Uint32Array.of(...this.digests.subarray(0, kept), digest),
    };
  }

  /** Keeps every second moment: the 2nd, the 4th, … */
  private thin(): void {
    this.every *= 2;
    this.size = MOST_MARKS / 2;
    for (let i = 0; i < this.size; i++) {
      this.ns[i] = this.ns[2 * i + 1];
      this.events[i] = this.events[2 * i + 1];
      this.digests[i] = this.digests[2 * i + 1];
    }
  }
}
