import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVICTION } from '../../../src/sim/residency/eviction/index.ts';
import { replay } from '../../../src/sim/residency/replay.ts';
import { bits32 } from './traces.ts';

const keys = (...list: number[]) => Int32Array.from(list);

describe('replay', () => {
  it('accounts for every request, entry and byte', () => {
    const sizes = Float64Array.of(1, 3, 6);
    const trace = fc.array(fc.nat(29), { maxLength: 200, size: 'max' });
    fc.assert(
      fc.property(trace, fc.integer({ min: 1, max: 20 }), (list, capacity) => {
        const classes = Uint8Array.from(list, (key) => key % 3);
        const weights = { classes, sizes, costs: Float64Array.of(1, 1, 1) };
        const fitting = list.filter((key) => sizes[key % 3] <= capacity);
        for (const name of Object.keys(EVICTION)) {
          const options = { capacity, random32: bits32(3) };
          const result = replay(name, { keys: keys(...list), universe: 30, weights }, options);
          expect(result.hits + result.misses).toBe(list.length);
          expect(result.requestBytes).toBe(list.reduce((sum, key) => sum + sizes[key % 3], 0));
          expect(result.hitBytes).toBeLessThanOrEqual(result.requestBytes);
          // What was stored was evicted or is still there.
          const stored = result.misses - (list.length - fitting.length);
          const held = stored - result.evictions;
          expect(held).toBeGreaterThanOrEqual(fitting.length > 0 ? 1 : 0);
          expect(held).toBeLessThanOrEqual(capacity);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same answer over both indexes and for unsigned keys', () => {
    const next = bits32(4);
    const list = Int32Array.from({ length: 5_000 }, () => next() % 300);
    const dense = replay('sieve', { keys: list, universe: 300 }, { capacity: 40 });
    expect(replay('sieve', { keys: list, universe: 300 }, { capacity: 40, index: 'hash' })).toEqual(dense);
    expect(replay('sieve', { keys: Uint32Array.from(list), universe: 300 }, { capacity: 40 })).toEqual(dense);
  });

  it('holds everything where the capacity allows it', () => {
    const result = replay('lru', { keys: keys(0, 1, 2, 0, 1, 2), universe: 3 }, { capacity: 100 });
    expect(result).toMatchObject({ requests: 6, hits: 3, misses: 3, evictions: 0 });
  });

  it('says what is wrong', () => {
    const trace = { keys: keys(0), universe: 1 };
    expect(() => replay('lur', trace, { capacity: 1 })).toThrow(
      /no eviction policy is named "lur"; there are lru, fifo/,
    );
    expect(() => replay('lru', trace, { capacity: 0 })).toThrow(/capacity must be at least 1, got 0/);
    expect(() => replay('random', { keys: keys(0, 1), universe: 2 }, { capacity: 1 })).toThrow(/give options.random32/);
  });
});
