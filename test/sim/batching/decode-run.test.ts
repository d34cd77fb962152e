import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DecodeRun } from '../../../src/sim/batching/decode-run.ts';
import { TICKS_PER_NS } from '../../../src/sim/cost/step-cost.ts';

const shapes = fc.record({
  anchorNs: fc.integer({ min: 0, max: 1e15 }),
  remainder: fc.integer({ min: 0, max: TICKS_PER_NS - 1 }),
  first: fc.integer({ min: 1, max: 2 ** 36 }),
  growth: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 2 ** 20 })),
});
type Shape = { anchorNs: number; remainder: number; first: number; growth: number };
const runOf = (shape: Shape) => Object.assign(new DecodeRun(), shape);

/** Boundary k by adding up one step after the other, in integers without bound. */
function plainBoundary(shape: Shape, k: number): number {
  let ticks = BigInt(shape.anchorNs) * BigInt(TICKS_PER_NS) + BigInt(shape.remainder);
  for (let step = 0; step < k; step++) ticks += BigInt(shape.first) + BigInt(step) * BigInt(shape.growth);
  return Number(ticks / BigInt(TICKS_PER_NS));
}

describe('a run of decode steps', () => {
  it('has the boundaries of the sum of its steps', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 2_000 }), (shape, k) => {
        expect(runOf(shape).boundaryNs(k)).toBe(plainBoundary(shape, k));
      }),
      { numRuns: 100 },
    );
  });

  it('keeps every boundary when it is cut and re-anchored anywhere, any number of times', () => {
    fc.assert(
      fc.property(
        shapes,
        fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 20 }),
        (shape, cuts) => {
          const whole = runOf(shape);
          const cut = runOf(shape);
          let steps = 0;
          for (const k of cuts) {
            if (whole.ticks(steps + k + 100) > 2 ** 52) return;
            cut.advance(k);
            steps += k;
            expect(cut.anchorNs).toBe(whole.boundaryNs(steps));
            for (const further of [1, 7, 100]) expect(cut.boundaryNs(further)).toBe(whole.boundaryNs(steps + further));
          }
        },
      ),
    );
  });

  it('inverts: stepsUntil gives the first boundary at or after a time', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: -3, max: 3 }), (shape, k, offset) => {
        const run = runOf(shape);
        if (run.ticks(k + 1) > 2 ** 52) return;
        const ns = run.boundaryNs(k) + offset;
        const found = run.stepsUntil(ns);
        expect(run.boundaryNs(found)).toBeGreaterThanOrEqual(ns);
        if (found > 1) expect(run.boundaryNs(found - 1)).toBeLessThan(ns);
      }),
      { numRuns: 500 },
    );
  });

  it('is cut where its sum would no longer be exact', () => {
    fc.assert(
      fc.property(shapes, fc.integer({ min: 1, max: 2 ** 30 }), (shape, k) => {
        const steps = runOf(shape).limit(k);
        expect(steps).toBeGreaterThanOrEqual(1);
        expect(steps).toBeLessThanOrEqual(k);
        const sum =
          BigInt(steps) * BigInt(shape.first) + (BigInt(shape.growth) * BigInt(steps) * BigInt(steps - 1)) / 2n;
        expect(sum + BigInt(TICKS_PER_NS)).toBeLessThanOrEqual(2n ** 53n);
        expect(BigInt(runOf(shape).ticks(steps))).toBe(sum);
      }),
    );
  });
});
