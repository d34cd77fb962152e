import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BracketOptions, findBracket, medianCoverage } from '../../src/study/bracket.ts';
import { parseAxis, type Range, snap, spread } from '../../src/study/range.ts';

/** Replications that each hold where their own condition says so; counts what was asked for. */
function world(range: Range, conditions: ((value: number) => boolean)[], change: Partial<BracketOptions> = {}) {
  const asked: number[] = [];
  const options: BracketOptions = {
    grid: spread(range, 6),
    snap: (value) => snap(range, value),
    resolution: 0.02,
    most: 60,
    evaluate: async (values) => {
      asked.push(...values);
      return values.map((value) => conditions.map((holds) => holds(value)));
    },
    ...change,
  };
  return { asked, found: findBracket(options) };
}

const RATES = parseAxis('population.rate=10/s..1000/s') as Range;
const SLOTS = parseAxis('serving.slots=1..4096') as Range;
const below = (knee: number) => (value: number) => value < knee;

describe('a knee', () => {
  it('is bracketed to the resolution, on either side', async () => {
    await fc.assert(
      fc.asyncProperty(fc.double({ min: 10.5, max: 990, noNaN: true }), fc.boolean(), async (knee, upside) => {
        const holds = (value: number) => value < knee !== upside;
        const { verdict, side, bracket } = await world(RATES, [holds, holds]).found;
        expect([verdict, side]).toEqual(['knee', upside ? 'above' : 'below']);
        expect(bracket!.below).toBeLessThan(knee);
        expect(bracket!.above).toBeGreaterThanOrEqual(knee);
        // Values have four digits: a gap may stop one digit short.
        expect(bracket!.above / bracket!.below).toBeLessThanOrEqual(1.021);
      }),
    );
  });

  it('is found to the last whole number on a whole axis', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 40 }), async (knee) => {
        const { bracket } = await world(SLOTS, [(slots) => slots >= knee], { resolution: 0.001 }).found;
        expect(bracket).toEqual({ below: knee - 1, above: knee });
      }),
    );
  });

  it('costs a coarse grid and a bisection, and asks for no value twice', async () => {
    const { asked, found } = world(RATES, [below(100)]);
    await found;
    expect(new Set(asked).size).toBe(asked.length);
    expect(asked.length).toBeLessThanOrEqual(6 + Math.ceil(Math.log2(Math.log(100 ** 0.2) / Math.log(1.02))));
  });

  it('of each replication is in its own crossing; the bracket holds them all', async () => {
    const knees = [90, 97, 104, 120, 99];
    const { crossings, bracket, mean } = await world(RATES, knees.map(below)).found;
    for (const [i, crossing] of crossings.entries()) {
      expect(crossing!.below).toBeLessThan(knees[i]);
      expect(crossing!.above).toBeGreaterThanOrEqual(knees[i]);
      expect(bracket!.below).toBeLessThanOrEqual(crossing!.below);
      expect(bracket!.above).toBeGreaterThanOrEqual(crossing!.above);
    }
    expect(mean!.lo).toBeLessThan(101.5);
    expect(mean!.hi).toBeGreaterThan(101.5);
    expect(medianCoverage(5)).toBe(0.9375);
  });

  it('outside of the range for some replications leaves no mean, and a bracket that reaches the end', async () => {
    const { verdict, crossings, mean, bracket } = await world(RATES, [below(800), below(5000)]).found;
    expect(verdict).toBe('knee');
    expect(crossings[1]).toBeNull();
    expect(mean).toBeNull();
    expect(bracket!.above).toBe(1000);
  });
});

describe('where there is none', () => {
  it('says that it holds or breaks everywhere, from the coarse grid alone', async () => {
    const everywhere = world(RATES, [() => true]);
    expect((await everywhere.found).verdict).toBe('holds');
    expect(everywhere.asked).toHaveLength(6);
    expect((await world(RATES, [() => false, () => false]).found).verdict).toBe('breaks');
  });

  it('says that the condition comes back, with the stretches in which it holds', async () => {
    const window = (value: number) => value < 40 || (value > 120 && value < 600);
    const { verdict, bracket, stretches } = await world(RATES, [window, window]).found;
    expect(verdict).toBe('not monotone');
    expect(bracket).toBeNull();
    expect(stretches.map(({ holds }) => holds)).toEqual([true, false, true, false]);
    for (const [i, edge] of [40, 120, 600].entries()) {
      expect(stretches[i].to).toBeLessThanOrEqual(edge);
      expect(stretches[i + 1].from).toBeGreaterThanOrEqual(edge);
      expect(stretches[i + 1].from / stretches[i].to).toBeLessThan(1.03);
    }
  });
});

describe('noise', () => {
  /** Each replication flips at random near the knee, never far from it. */
  const noisy = (seed: number) => (value: number) => {
    const draw = Math.sin(seed * 12.9898 + value * 78.233) * 43758.5453;
    return value * (1 + 0.15 * (2 * (draw - Math.floor(draw)) - 1)) < 100;
  };

  it('near the knee is a wider bracket and a stated disagreement, not a second knee', async () => {
    const { verdict, bracket, disagreement } = await world(RATES, [1, 2, 3, 4, 5].map(noisy), { most: 80 }).found;
    expect(verdict).toBe('knee');
    expect(bracket!.below).toBeGreaterThanOrEqual(80);
    expect(bracket!.above).toBeLessThanOrEqual(120);
    expect(bracket!.below).toBeLessThan(100);
    expect(bracket!.above).toBeGreaterThan(100);
    expect(disagreement).not.toBeNull();
  });

  it('never makes it ask for more values than it may, and it says when it stopped short', async () => {
    const { asked, found } = world(RATES, [1, 2, 3, 4, 5].map(noisy), { most: 9, resolution: 0.001 });
    expect((await found).resolved).toBe(false);
    expect(asked.length).toBeLessThanOrEqual(9);
  });
});
