import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BatchAdapters } from '../../../src/sim/batching/batch-adapters.ts';

const RANKS = [4, 16, 64];
const SLOTS = 6;

it('the running LoRA features equal those counted from the requests in the step', () => {
  const operations = fc.array(
    fc.record({ add: fc.boolean(), pick: fc.nat(1_000), tokens: fc.integer({ min: 1, max: 50 }) }),
    { maxLength: 120, size: 'max' },
  );
  // A slot holds one adapter while requests use it; which rank class it is of is drawn anew when the last has left.
  fc.assert(
    fc.property(operations, (list) => {
      const batch = new BatchAdapters(SLOTS, RANKS);
      const inStep: { slot: number; rankClass: number; tokens: number }[] = [];
      for (const { add, pick, tokens } of list) {
        if (add || inStep.length === 0) {
          const slot = pick % SLOTS;
          const rankClass = inStep.find((r) => r.slot === slot)?.rankClass ?? Math.floor(pick / SLOTS) % RANKS.length;
          inStep.push({ slot, rankClass, tokens });
          batch.add(slot, rankClass, tokens);
        } else {
          const [gone] = inStep.splice(pick % inStep.length, 1);
          batch.remove(gone.slot, gone.rankClass, gone.tokens);
        }
        const sum = (of: typeof inStep) => of.reduce((total, r) => total + r.tokens, 0);
        const distinct = (of: typeof inStep) => new Set(of.map((r) => r.slot)).size;
        const classes = RANKS.map((_, rankClass) => inStep.filter((r) => r.rankClass === rankClass));
        expect([batch.tokens, batch.distinct]).toEqual([sum(inStep), distinct(inStep)]);
        expect(Array.from(batch.tokensByClass)).toEqual(classes.map(sum));
        expect(Array.from(batch.distinctByClass)).toEqual(classes.map(distinct));
        expect(batch.maxRank).toBe(Math.max(0, ...inStep.map((r) => RANKS[r.rankClass])));
      }
    }),
  );
});
