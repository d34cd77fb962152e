/**
 * A base upgrade: at one moment every replica of the cell runs a new base, for which no adapter was made. All adapters are trained
 * for it, one after the other at a stated rate, in order of popularity or in a keyed order; one that fails its evaluation is
 * tried again after the others. Until its adapter is ready a user is served by the new base alone. Simplifications: the new base
 * has the old one's size and speed, replacing its weights takes no time, and requests in flight finish on what they began with.
 */
export class BaseUpgrade {
  /** The upgrade itself, then one adapter after the other; Infinity where none is left. */
  nextNs: number;
  /** −1 at the upgrade itself. */
  adapter = -1;
  private clockNs: number;
  private readonly gapNs: number;
  private readonly adapters: number;
  private readonly order: (place: number) => number;
  private readonly failed: number[] = [];
  private begun = 0;

  /** @param perSecond adapters of the cell that are trained a second, @param order the adapter at each place */
  constructor(atNs: number, perSecond: number, adapters: number, order: (place: number) => number) {
    this.nextNs = atNs;
    this.clockNs = atNs;
    this.gapNs = 1e9 / perSecond;
    this.adapters = adapters;
    this.order = order;
  }

  /** Moves to the next adapter. */
  advance(): void {
    if (this.begun < this.adapters) this.adapter = this.order(this.begun++);
    else if (this.failed.length > 0) this.adapter = this.failed.shift()!;
    else {
      this.nextNs = Number.POSITIVE_INFINITY;
      return;
    }
    this.clockNs += this.gapNs;
    this.nextNs = Math.round(this.clockNs);
  }

  /** The adapter's evaluation failed: it has another turn after the others. */
  again(adapter: number, nowNs: number): void {
    this.failed.push(adapter);
    if (this.nextNs < Number.POSITIVE_INFINITY) return;
    this.clockNs = Math.max(this.clockNs, nowNs);
    this.advance();
  }
}
