import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheapestOptions, findCheapest } from '../../src/study/cheapest.ts';

/** Candidates (kind, size): sizes of one kind are ordered, kinds are not. Sorted by price. */
interface Config {
  kind: number;
  size: number;
  price: number;
}

function search(
  configs: readonly Config[],
  passes: (config: Config) => boolean,
  {
    confirm = passes,
    width = 1,
    monotone = true,
  }: { confirm?: typeof passes; width?: number; monotone?: boolean } = {},
) {
  const probed: number[] = [];
  const confirmed: number[] = [];
  const options: CheapestOptions = {
    prices: configs.map(({ price }) => price),
    covers: (a, b) =>
      a === b || (monotone && configs[a].kind === configs[b].kind && configs[a].size >= configs[b].size),
    neighbours: (at) => {
      const same = configs.map((_, i) => i).filter((i) => i < at && configs[i].kind === configs[at].kind);
      return same.length === 0 ? [] : [same[same.length - 1]];
    },
    probe: async (candidates) => {
      probed.push(...candidates);
      return candidates.map((i) => passes(configs[i]));
    },
    confirm: async (candidates) => {
      confirmed.push(...candidates);
      return candidates.map((i) => confirm(configs[i]));
    },
    width,
  };
  return { probed, confirmed, found: findCheapest(options) };
}

const grid = (kinds: readonly number[], sizes: number): Config[] =>
  kinds
    .flatMap((unit, kind) => Array.from({ length: sizes }, (_, i) => ({ kind, size: i + 1, price: unit * (i + 1) })))
    .sort((a, b) => a.price - b.price || a.kind - b.kind);

const configs = fc.record({
  units: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 }),
  sizes: fc.integer({ min: 1, max: 24 }),
  needs: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 4, maxLength: 4 }),
  width: fc.integer({ min: 1, max: 4 }),
});

describe('the cheapest configuration', () => {
  it('is the one that trying all of them finds', async () => {
    await fc.assert(
      fc.asyncProperty(configs, async ({ units, sizes, needs, width }) => {
        const all = grid(units, sizes);
        const passes = ({ kind, size }: Config) => size >= needs[kind];
        const { answer, decisions } = await search(all, passes, { width }).found;
        const expected = all.findIndex(passes);
        expect(answer).toBe(expected < 0 ? null : expected);
        // Whatever is cheaper is known to fail, by simulation or by inference.
        for (const decision of decisions.slice(0, Math.max(0, expected))) expect(decision!.passes).toBe(false);
      }),
    );
  });

  it('is found without any order too, by trying whatever is cheaper', async () => {
    const all = grid([3, 5], 8);
    const passes = ({ kind, size }: Config) => (kind === 0 ? [5, 7].includes(size) : size === 2);
    const { probed, confirmed, found } = search(all, passes, { monotone: false });
    expect((await found).answer).toBe(all.findIndex(passes));
    expect(new Set([...probed, ...confirmed]).size).toBeGreaterThanOrEqual(all.findIndex(passes) + 1);
  });

  it('costs about a bisection on one ordered axis', async () => {
    const all = grid([1], 1000);
    const { probed, found } = search(all, ({ size }) => size >= 700);
    expect((await found).answer).toBe(699);
    expect(probed.length).toBeLessThanOrEqual(11);
  });

  it('is confirmed in full, and so are its cheaper neighbours', async () => {
    const all = grid([1], 32);
    const { confirmed, found } = search(all, ({ size }) => size >= 9);
    const { answer, failing } = await found;
    expect([answer, failing]).toEqual([8, [7]]);
    expect(confirmed).toEqual([8, 7]);
  });
});

describe('an expectation that does not hold', () => {
  const SIZE = 5;
  const all = Array.from({ length: SIZE * SIZE }, (_, i) => ({ a: i % SIZE, b: Math.floor(i / SIZE) }))
    .map(({ a, b }) => ({ a, b, price: 3 * a + 2 * b }))
    .sort((one, other) => one.price - other.price || one.a - other.a);
  const at = (a: number, b: number) => all.findIndex((config) => config.a === a && config.b === b);
  const plane = (passing: readonly boolean[]) => {
    const evaluate = async (candidates: readonly number[]) => candidates.map((i) => passing[i]);
    return findCheapest({
      prices: all.map(({ price }) => price),
      covers: (x, y) => all[x].a >= all[y].a && all[x].b >= all[y].b,
      neighbours: (x) => [at(all[x].a - 1, all[x].b), at(all[x].a, all[x].b - 1)].filter((i) => i >= 0),
      probe: evaluate,
      confirm: evaluate,
      width: 1,
    });
  };

  it('never hides a cheaper neighbour that passes, and is reported where it was found out', async () => {
    const draws = fc.sample(fc.array(fc.boolean(), { minLength: all.length, maxLength: all.length }), {
      numRuns: 300,
      seed: 7,
    });
    let found = 0;
    for (const passing of draws) {
      const { answer, failing, contradictions } = await plane(passing);
      for (const { candidate, passes } of contradictions) expect(passing[candidate]).toBe(passes);
      found += contradictions.length;
      if (answer === null) continue;
      expect(passing[answer]).toBe(true);
      const { a, b } = all[answer];
      const cheaper = [at(a - 1, b), at(a, b - 1)].filter((i) => i >= 0);
      expect(failing).toEqual(cheaper);
      expect(cheaper.map((i) => passing[i])).toEqual(cheaper.map(() => false));
    }
    expect(found).toBeGreaterThan(10);
  });
});

describe('a smaller simulation', () => {
  it('that is too hopeful is overruled: the answer moves up', async () => {
    const all = grid([1], 32);
    const { found } = search(all, ({ size }) => size >= 9, { confirm: ({ size }) => size >= 12 });
    const { answer, misled } = await found;
    expect(answer).toBe(11);
    expect(misled.map(({ candidate }) => candidate)).toContain(8);
  });

  it('that is too strict is overruled: the answer moves down until a neighbour fails', async () => {
    const all = grid([1], 32);
    const { found } = search(all, ({ size }) => size >= 20, { confirm: ({ size }) => size >= 17 });
    const { answer, failing } = await found;
    expect([answer, failing]).toEqual([16, [15]]);
  });

  it('that nothing passes is not believed before the largest was tried in full', async () => {
    const all = grid([1, 2], 8);
    const strict = search(all, () => false, { confirm: ({ size }) => size >= 8 });
    expect((await strict.found).answer).toBe(all.findIndex(({ size }) => size === 8));
    const hopeless = search(all, () => false, { confirm: () => false });
    expect((await hopeless.found).answer).toBeNull();
    expect(hopeless.confirmed.length).toBeGreaterThan(0);
  });

  it('settles whatever the two say', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { minLength: 1, maxLength: 20 }),
        fc.infiniteStream(fc.boolean()),
        async (full, small) => {
          const all = grid([1], full.length);
          const guesses = [...Array(full.length)].map(() => small.next().value as boolean);
          const { answer } = await search(all, ({ size }) => guesses[size - 1], {
            confirm: ({ size }) => full[size - 1],
            width: 2,
          }).found;
          if (answer !== null) {
            expect(full[answer]).toBe(true);
            expect(full[answer - 1] ?? false).toBe(false);
          }
        },
      ),
    );
  });
});
