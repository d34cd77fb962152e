import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KvCache } from '../../../src/sim/batching/kv-cache.ts';

/** A plain block table: each decoding request's tokens, a block taken whenever they no longer fit. */
class BlockTable {
  tokens: number[] = [];
  readonly block: number;
  constructor(block: number) {
    this.block = block;
  }
  /** One decode step; the number of blocks taken. */
  step(): number {
    let taken = 0;
    this.tokens = this.tokens.map((tokens) => {
      if (tokens % this.block === 0) taken++;
      return tokens + 1;
    });
    return taken;
  }
}

const cases = fc.record({
  block: fc.constantFrom(1, 2, 4, 7, 16),
  start: fc.nat(100),
  joins: fc.array(fc.record({ tokens: fc.integer({ min: 1, max: 100 }), after: fc.nat(20), leaves: fc.boolean() }), {
    minLength: 1,
    maxLength: 12,
  }),
  ahead: fc.integer({ min: 1, max: 100 }),
  free: fc.nat(150),
});

describe('paged KV memory as counts', () => {
  it('needs the blocks that a plain block table takes', () => {
    fc.assert(
      fc.property(cases, ({ block, start, joins, ahead, free }) => {
        const kv = new KvCache(1e6, block);
        const table = new BlockTable(block);
        let step = start;
        for (const { tokens, after, leaves } of joins) {
          kv.join(step, tokens);
          table.tokens.push(tokens);
          const joined = step;
          const expected = Array.from({ length: after }, () => table.step()).reduce((sum, taken) => sum + taken, 0);
          expect(kv.blocksNeeded(step, after)).toBe(expected);
          step += after;
          if (leaves) {
            expect(table.tokens.pop()).toBe(tokens + after);
            kv.leave(joined, tokens);
          }
        }
        kv.freeBlocks = free;
        const fit = kv.stepsThatFit(step, ahead);
        const needed = kv.blocksNeeded(step, ahead);
        let taken = 0;
        let plainFit = 0;
        for (let k = 1; k <= ahead; k++) {
          taken += table.step();
          if (taken <= free) plainFit = k;
        }
        expect(needed).toBe(taken);
        expect(fit).toBe(plainFit);
      }),
      { numRuns: 500 },
    );
  });
});
