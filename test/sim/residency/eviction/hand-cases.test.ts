/** Small traces worked out on paper. */
import { describe, expect, it } from 'vitest';
import { replay } from '../../../../src/sim/residency/replay.ts';

/** Hits and misses as the textbooks draw them: `h` and `.`. */
function pattern(name: string, capacity: number, keys: number[]): string {
  let misses = 0;
  return keys
    .map((_, i) => {
      const trace = { keys: Int32Array.from(keys.slice(0, i + 1)), universe: 1 + Math.max(...keys) };
      const now = replay(name, trace, { capacity }).misses;
      const hit = now === misses;
      misses = now;
      return hit ? 'h' : '.';
    })
    .join('');
}

/** The reference string of Belady, Nelson and Shedler (1969). */
const ANOMALY = [1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 4, 5];

describe('hand cases', () => {
  it('FIFO shows Belady’s anomaly: more room, more misses', () => {
    expect(pattern('fifo', 3, ANOMALY)).toBe('.......hh..h');
    expect(pattern('fifo', 4, ANOMALY)).toBe('....hh......');
  });

  it('LRU on the same string', () => {
    expect(pattern('lru', 3, ANOMALY)).toBe('.......hh...');
    expect(pattern('lru', 4, ANOMALY)).toBe('....hh.hh...');
  });

  it('MIN on the same string', () => {
    expect(pattern('belady', 3, ANOMALY)).toBe('....hh.hh..h');
    expect(pattern('belady', 4, ANOMALY)).toBe('....hh.hhh.h');
  });

  it('CLOCK gives a used entry one more round', () => {
    // 1 is used, so 4 evicts 2; 5 evicts 3; then 1 has lost its bit and goes for 6.
    expect(pattern('clock', 3, [1, 2, 3, 1, 4, 2, 1])).toBe('...h..h');
    expect(pattern('clock', 3, [1, 2, 3, 1, 4, 5, 6, 1])).toBe('...h...' + '.');
  });

  it('SIEVE keeps a survivor in place and sifts what comes after it', () => {
    // The hand spares 1, evicts 2 for 4, then 3 for 5, then 4 for 6; 1 stays throughout, 5 too.
    expect(pattern('sieve', 3, [1, 2, 3, 1, 4, 5, 6, 1, 5, 4])).toBe('...h...hh.');
  });

  it('LFU evicts the least used, the older of two equals', () => {
    // 1 has two uses; 2 and 3 one each, 2 the older: 4 evicts 2; then 2 evicts 3, then 3 evicts 4.
    expect(pattern('lfu', 3, [1, 2, 3, 1, 4, 2, 3, 1])).toBe('...h...h');
  });

  it('ARC lets a scan pass without losing what was used twice', () => {
    // 1 and 2 stand in T2; the scan 3 … 8 runs through T1's two places.
    expect(pattern('arc', 4, [1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2])).toBe('..hh......hh');
    expect(pattern('lru', 4, [1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2])).toBe('..hh........');
  });

  it('S3-FIFO promotes after two uses and remembers ghosts', () => {
    // Used twice, 1 moves to the main queue while 2, 3, 4 and 5 pass through the small one.
    expect(pattern('s3-fifo', 3, [1, 1, 1, 2, 3, 4, 5, 1])).toBe('.hh....h');
    // Evicted from the small queue, 1 comes back as a ghost, and to the main queue: 5, 6 and 7 pass it by.
    expect(pattern('s3-fifo', 3, [1, 2, 3, 4, 1, 5, 6, 7, 1])).toBe('........h');
  });

  it('GDSF keeps the small and the dear', () => {
    const classOfKey = [0, 1, 2, 0];
    const sizes = Float64Array.of(4, 2, 4);
    const costs = Float64Array.of(1, 1, 8);
    // 0: 4 bytes at 1/4; 1: 2 bytes at 1/2; 2: 4 bytes at 2. Key 3 (4 bytes) takes the place of 0 alone.
    const run = (...keys: number[]) => {
      const weights = { classes: Uint8Array.from(keys, (key) => classOfKey[key]), sizes, costs };
      return replay('gdsf', { keys: Int32Array.from(keys), universe: 4, weights }, { capacity: 10 });
    };
    expect(run(0, 1, 2, 3, 1, 2)).toMatchObject({ hits: 2, evictions: 1, hitBytes: 6, requestBytes: 20 });
    // Now L is 1/4, 3 stands at 1/2 like 1 but later: 0 comes back for both, 1 first, 2 stays.
    expect(run(0, 1, 2, 3, 0, 2)).toMatchObject({ hits: 1, evictions: 3 });
  });
});
