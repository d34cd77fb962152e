import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createIndex, DenseIndex, HashIndex } from '../../../src/sim/residency/index-map.ts';

describe('index map', () => {
  it('chooses by the size of the catalog', () => {
    expect(createIndex(400, 100)).toBeInstanceOf(DenseIndex);
    expect(createIndex(401, 100)).toBeInstanceOf(HashIndex);
  });

  it('is a Map, at any load up to its capacity', () => {
    const keys = fc.oneof(fc.nat(30), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
    const steps = fc.array(fc.tuple(fc.constantFrom('set', 'set', 'delete'), keys), { maxLength: 400, size: 'max' });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 24 }), steps, (capacity, list) => {
        const index = new HashIndex(capacity);
        const map = new Map<number, number>();
        for (const [i, [kind, key]] of list.entries()) {
          if (kind === 'delete') {
            index.delete(key);
            map.delete(key);
          } else if (map.size < capacity || map.has(key)) {
            index.set(key, i);
            map.set(key, i);
          }
          const wrong = list.find(([, probe]) => index.get(probe) !== (map.get(probe) ?? -1));
          expect(wrong).toBeUndefined();
        }
      }),
      { numRuns: 30 },
    );
  });

  it('stays a Map where keys collide and wrap round the end of the table', () => {
    // All keys whose home is one of the last two cells of the table of capacity 8 (13 cells).
    const crowded: number[] = [];
    for (let key = 0; crowded.length < 30; key++) {
      if (((Math.imul(key, 0x9e3779b1) >>> 0) * 13) / 2 ** 32 >= 11) crowded.push(key);
    }
    const index = new HashIndex(8);
    const map = new Map<number, number>();
    for (let round = 0; round < 2_000; round++) {
      const key = crowded[(round * 7) % 30];
      if (map.size === 8) {
        const leaving = [...map.keys()][(round * 5) % 8];
        index.delete(leaving);
        map.delete(leaving);
      }
      index.set(key, round);
      map.set(key, round);
      expect(crowded.find((probe) => index.get(probe) !== (map.get(probe) ?? -1))).toBeUndefined();
    }
  });
});
