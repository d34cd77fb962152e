/**
 * When revisions that are bad are found out: after a time in use. The clock of one that is superseded stands still, and goes on when a
 * rollback brings it back.
 */
export class Trial {
  /** By revision, of those that are bad: when it is found out, while in use; what is left of the time, while it is not. */
  private readonly dueNs = new Map<number, number>();
  private readonly leftNs = new Map<number, number>();

  /** The revision came into use for the first time. Returns when it is found bad, ns; Infinity: never. */
  begin(n: number, afterNs: number, nowNs: number): number {
    if (afterNs < Number.POSITIVE_INFINITY) this.dueNs.set(n, nowNs + afterNs);
    return nowNs + afterNs;
  }

  pause(n: number, nowNs: number): void {
    const due = this.dueNs.get(n);
    if (due === undefined) return;
    this.leftNs.set(n, due - nowNs);
    this.dueNs.delete(n);
  }

  /** The revision is in use again. Returns as `begin`. */
  resume(n: number, nowNs: number): number {
    const left = this.leftNs.get(n);
    if (left === undefined) return Number.POSITIVE_INFINITY;
    this.leftNs.delete(n);
    return this.begin(n, left, nowNs);
  }

  /** Whether the revision in use is found bad now. True once. */
  ends(n: number, nowNs: number): boolean {
    return this.dueNs.get(n) === nowNs && this.dueNs.delete(n);
  }
}
