/**
 * Miss ratios against theory, under independent Zipf requests. A replay of twice the requests minus one of the first half
 * leaves the second half with the cache warm.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVICTION } from '../../../../src/sim/residency/eviction/index.ts';
import { replay } from '../../../../src/sim/residency/replay.ts';
import { bits32, draws, zipf } from '../traces.ts';

const UNIVERSE = 5_000;
const REQUESTS = 400_000;

function warmMissRatio(name: string, keys: Int32Array, capacity: number): number {
  const half = keys.length / 2;
  const run = (length: number) =>
    replay(name, { keys: keys.subarray(0, length), universe: UNIVERSE }, { capacity, random32: bits32(5) }).misses;
  return (run(keys.length) - run(half)) / half;
}

/** The T at which the expected number of entries Σ occupancy(p·T) equals the capacity, by bisection. */
function characteristicTime(p: Float64Array, capacity: number, occupancy: (x: number) => number): number {
  let low = 0;
  let high = 1e12;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (p.reduce((sum, pi) => sum + occupancy(pi * middle), 0) < capacity) low = middle;
    else high = middle;
  }
  return low;
}

function predictedMissRatio(p: Float64Array, capacity: number, occupancy: (x: number) => number): number {
  const time = characteristicTime(p, capacity, occupancy);
  return p.reduce((sum, pi) => sum + pi * (1 - occupancy(pi * time)), 0);
}

describe.each([
  [0.8, 200],
  [0.8, 1000],
  [1.0, 100],
  [1.0, 1000],
])('Zipf(%d), capacity %d', (alpha, capacity) => {
  const p = zipf(UNIVERSE, alpha);
  const keys = draws(p, REQUESTS, 11);

  it('LRU follows Che’s approximation (Che, Tung and Wang, 2002) within 0.004', () => {
    const predicted = predictedMissRatio(p, capacity, (x) => 1 - Math.exp(-x));
    expect(Math.abs(warmMissRatio('lru', keys, capacity) - predicted)).toBeLessThan(0.004);
  });

  it('FIFO and random both follow its FIFO form (Gelenbe, 1973; Fricker et al., 2012) within 0.004', () => {
    const predicted = predictedMissRatio(p, capacity, (x) => x / (1 + x));
    expect(Math.abs(warmMissRatio('fifo', keys, capacity) - predicted)).toBeLessThan(0.004);
    expect(Math.abs(warmMissRatio('random', keys, capacity) - predicted)).toBeLessThan(0.004);
  });

  it('no online policy beats the best fixed set, and MIN beats them all', () => {
    // Under independent requests, keeping the most popular `capacity` keys is optimal among online policies (Aho, Denning
    // and Ullman, 1971); 0.004 allows for the sample.
    const best = 1 - p.slice(0, capacity).reduce((sum, pi) => sum + pi, 0);
    const min = warmMissRatio('belady', keys, capacity);
    for (const name of Object.keys(EVICTION)) {
      const ratio = warmMissRatio(name, keys, capacity);
      expect(ratio, name).toBeGreaterThan(best - 0.004);
      expect(ratio, name).toBeGreaterThan(min);
    }
  });
});

const trace = fc
  .array(
    fc.tuple(fc.nat(19), fc.nat(19)).map(([a, b]) => Math.min(a, b)),
    { maxLength: 200, size: 'max' },
  )
  .map((keys) => ({ keys: Int32Array.from(keys), universe: 20 }));
const capacity = fc.integer({ min: 1, max: 12 });
const ALL = [...Object.keys(EVICTION), 'belady'];

describe('on any trace', () => {
  it('MIN misses least', () => {
    fc.assert(
      fc.property(trace, capacity, (requests, entries) => {
        const least = replay('belady', requests, { capacity: entries }).misses;
        for (const name of ALL) {
          const { misses } = replay(name, requests, { capacity: entries, random32: bits32(1) });
          expect(misses, name).toBeGreaterThanOrEqual(least);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('LRU and MIN are stack algorithms: what hits in a small cache hits in a larger one', () => {
    fc.assert(
      fc.property(trace, capacity, (requests, entries) => {
        for (const name of ['lru', 'belady']) {
          const hits = (size: number) => replay(name, requests, { capacity: size }).hits;
          expect(hits(entries + 1), name).toBeGreaterThanOrEqual(hits(entries));
        }
      }),
      { numRuns: 60 },
    );
  });

  it('LRU hits are the stack distances within the capacity (Mattson et al., 1970)', () => {
    fc.assert(
      fc.property(trace, capacity, (requests, entries) => {
        const { keys } = requests;
        const expected = keys.filter((key, i) => {
          const last = keys.lastIndexOf(key, i - 1);
          return i > 0 && last !== -1 && new Set(keys.subarray(last, i)).size <= entries;
        }).length;
        expect(replay('lru', requests, { capacity: entries }).hits).toBe(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('equal sizes change nothing but the unit', () => {
    fc.assert(
      fc.property(trace, capacity, fc.constantFrom(1, 8, 1024), (requests, entries, size) => {
        const weights = {
          classes: new Uint8Array(requests.keys.length),
          sizes: Float64Array.of(size),
          costs: Float64Array.of(1),
        };
        for (const name of ALL) {
          const unit = replay(name, requests, { capacity: entries, random32: bits32(1) });
          const sized = replay(name, { ...requests, weights }, { capacity: entries * size, random32: bits32(1) });
          expect({ ...sized, hitBytes: sized.hitBytes / size, requestBytes: sized.requestBytes / size }, name).toEqual(
            unit,
          );
        }
      }),
      { numRuns: 60 },
    );
  });
});
