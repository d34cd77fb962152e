/**
 * Paged KV memory of one replica, as counts.
 *
 * A decoding request that holds c tokens needs a new block in the steps where c is a multiple of the block size. Its phase
 * (step counter − c) mod block never changes while it decodes, so a histogram of phases says how many blocks any number of
 * further steps needs, and the step in which memory runs out, in O(block size) instead of O(batch).
 */
export class KvCache {
  freeBlocks: number;
  /** Blocks that requests, and adapters of a unified pool, have been given so far. */
  taken = 0;
  readonly totalBlocks: number;
  readonly blockTokens: number;
  /** Decoding requests by phase. */
  private readonly phases: Int32Array;
  private decoding = 0;

  constructor(totalBlocks: number, blockTokens: number) {
    this.totalBlocks = totalBlocks;
    this.freeBlocks = totalBlocks;
    this.blockTokens = blockTokens;
    this.phases = new Int32Array(blockTokens);
  }

  blocksFor(tokens: number): number {
    return Math.ceil(tokens / this.blockTokens);
  }

  join(step: number, tokens: number): void {
    this.phases[this.phase(step, tokens)]++;
    this.decoding++;
  }

  leave(joinStep: number, joinTokens: number): void {
    this.phases[this.phase(joinStep, joinTokens)]--;
    this.decoding--;
  }

  /** New blocks that the next k steps need, from step counter `step` on. */
  blocksNeeded(step: number, k: number): number {
    // Integer arithmetic throughout: a residue of doubles is a call into the C library.
    const block = this.blockTokens | 0;
    const steps = k | 0;
    const periods = (steps / block) | 0;
    let blocks = periods * this.decoding;
    const rest = steps - periods * block;
    for (let i = 0, at = (step | 0) % block; i < rest; i++) {
      blocks += this.phases[at];
      if (++at === block) at = 0;
    }
    return blocks;
  }

  /** The largest k ≤ limit such that the next k steps fit into the free blocks. */
  stepsThatFit(step: number, limit: number): number {
    if (this.decoding === 0) return limit;
    const block = this.blockTokens;
    // The common case: even one block per request and period fits.
    if (this.decoding * Math.ceil(limit / block) <= this.freeBlocks) return limit;
    const periods = Math.floor(this.freeBlocks / this.decoding);
    let left = this.freeBlocks - periods * this.decoding;
    let k = periods * block;
    let at = (step | 0) % block;
    while (k < limit && this.phases[at] <= left) {
      left -= this.phases[at];
      k++;
      if (++at === block) at = 0;
    }
    return Math.min(k, limit);
  }

  private phase(step: number, tokens: number): number {
    const block = this.blockTokens | 0;
    const phase = ((step | 0) - (tokens | 0)) % block;
    return phase < 0 ? phase + block : phase;
  }
}
