import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash32, hashFraction } from '../../../src/sim/random/hash.ts';
import { Permutation } from '../../../src/sim/random/permutation.ts';
import { stream, streamKey } from '../../../src/sim/random/streams.ts';
import { chiSquare } from './statistics.ts';

describe('hash32', () => {
  // The published algorithm for eight bytes (the words little-endian), written with arbitrary-precision integers.
  it('is MurmurHash3 of the two words with the key as seed', () => {
    const reference = (key: number, words: number[]) => {
      const M = 2n ** 32n;
      const rotl = (x: bigint, r: bigint) => ((x << r) | (x >> (32n - r))) % M;
      let h = BigInt(key >>> 0);
      for (const word of words) {
        const k = (rotl((BigInt(word >>> 0) * 0xcc9e2d51n) % M, 15n) * 0x1b873593n) % M;
        h = (rotl(h ^ k, 13n) * 5n + 0xe6546b64n) % M;
      }
      h ^= 8n;
      h = ((h ^ (h >> 16n)) * 0x85ebca6bn) % M;
      h = ((h ^ (h >> 13n)) * 0xc2b2ae35n) % M;
      return Number(h ^ (h >> 16n));
    };
    fc.assert(
      fc.property(fc.integer(), fc.integer(), fc.integer(), (key, a, b) => {
        expect(hash32(key, a, b) >>> 0).toBe(reference(key, [a, b]));
      }),
      { seed: 1 },
    );
  });

  it('spreads consecutive users and counters evenly', () => {
    const counts = new Int32Array(256);
    for (let user = 0; user < 500; user++) {
      for (let turn = 0; turn < 500; turn++) counts[Math.floor(hashFraction(42, user, turn) * 256)]++;
    }
    const { statistic, limit } = chiSquare(counts, new Float64Array(256).fill(1 / 256));
    expect(statistic).toBeLessThan(limit);
  });
});

describe('Permutation', () => {
  it('is a bijection with an inverse for every size and key', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3000 }), fc.integer(), (size, key) => {
        const permutation = new Permutation(size, key);
        const seen = new Uint8Array(size);
        let inverted = 0;
        for (let i = 0; i < size; i++) {
          const image = permutation.apply(i);
          seen[image]++;
          if (permutation.invert(image) === i) inverted++;
        }
        expect(inverted).toBe(size);
        expect(seen.every((times) => times === 1)).toBe(true);
      }),
      { seed: 2 },
    );
  });

  it('inverts at the largest size', () => {
    const permutation = new Permutation(2 ** 31 - 1, 99);
    for (let i = 0; i < 1000; i++) expect(permutation.invert(permutation.apply(i * 2_000_003))).toBe(i * 2_000_003);
  });

  it('sends an index anywhere, equally often over the keys', () => {
    for (const size of [5, 37, 1000]) {
      for (const index of [0, size - 1]) {
        const counts = new Int32Array(size);
        const keys = 200 * size;
        for (let key = 0; key < keys; key++) counts[new Permutation(size, hash32(7, key, size)).apply(index)]++;
        const { statistic, limit } = chiSquare(counts, new Float64Array(size).fill(1 / size));
        expect(statistic, `size ${size}, index ${index}`).toBeLessThan(limit);
      }
    }
  });

  it('keeps no order: the images of neighbours are uncorrelated', () => {
    const size = 100_000;
    const permutation = new Permutation(size, 5);
    let sum = 0;
    for (let i = 0; i + 1 < size; i++) {
      sum += (permutation.apply(i) / size - 0.5) * (permutation.apply(i + 1) / size - 0.5);
    }
    // Each product has standard deviation 1/12.
    expect(Math.abs(sum / size) * 12 * Math.sqrt(size)).toBeLessThan(4.9);
  });

  it('refuses sizes that it cannot serve', () => {
    for (const size of [0, -1, 1.5, 2 ** 31]) expect(() => new Permutation(size, 1)).toThrow(RangeError);
  });
});

describe('stream', () => {
  it('is the same for the same names, and another one for others', () => {
    const first = (...names: (string | number)[]) => stream('seed', ...names).next32();
    expect(first('gaps', 1)).toBe(first('gaps', 1));
    const others = [
      first('gaps', 1),
      first('gaps', 2),
      first('gaps1'),
      first('gap', 's1'),
      first(),
      first('gaps', '1'),
    ];
    expect(new Set(others).size).toBe(others.length);
    expect(stream('seed', 'x').next32()).not.toBe(stream('seed ', 'x').next32());
    expect(streamKey('seed', 'x')).not.toBe(streamKey('seed', 'y'));
  });
});
