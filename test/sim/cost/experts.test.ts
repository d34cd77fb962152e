import { describe, expect, it } from 'vitest';
import { busiestDistinct, busiestPairs, distinctExperts } from '../../../src/sim/cost/experts.ts';

/** Plain simulation of uniform top-k routing with its own generator (mulberry32). */
function simulate(experts: number, topK: number, ranks: number, tokens: number, trials: number) {
  let state = 12345;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const ids = Array.from({ length: experts }, (_, i) => i);
  const mean = { distinct: 0, pairs: 0, busiest: 0 };
  for (let trial = 0; trial < trials; trial++) {
    const seen = new Set<number>();
    const pairs = new Array(ranks).fill(0);
    for (let token = 0; token < tokens; token++) {
      for (let i = 0; i < topK; i++) {
        const j = i + Math.floor(random() * (experts - i));
        [ids[i], ids[j]] = [ids[j], ids[i]];
        seen.add(ids[i]);
        pairs[Math.floor(ids[i] / (experts / ranks))]++;
      }
    }
    const held = new Array(ranks).fill(0);
    for (const expert of seen) held[Math.floor(expert / (experts / ranks))]++;
    mean.distinct += seen.size / trials;
    mean.pairs += Math.max(...pairs) / trials;
    mean.busiest += Math.max(...held) / trials;
  }
  return mean;
}

describe('experts touched by a batch', () => {
  it.each([
    [128, 8, 4, 1],
    [128, 8, 4, 4],
    [128, 8, 8, 32],
    [384, 8, 16, 64],
    [384, 8, 32, 256],
    [32, 4, 8, 16],
    [8, 2, 2, 3],
  ])('E=%i k=%i over %i ranks, %i tokens: as simulated', (experts, topK, ranks, tokens) => {
    const simulated = simulate(experts, topK, ranks, tokens, tokens < 16 ? 10_000 : 400);
    expect(Math.abs(distinctExperts(experts, topK, tokens) / simulated.distinct - 1)).toBeLessThan(0.01);
    // Counts on the busiest rank are approximations (independent ranks); 12% is well inside the router's own unevenness.
    expect(Math.abs(busiestPairs(experts, topK, ranks, tokens) / simulated.pairs - 1)).toBeLessThan(0.12);
    expect(Math.abs(busiestDistinct(experts, topK, ranks, tokens) / simulated.busiest - 1)).toBeLessThan(0.15);
  });

  it('has the right ends', () => {
    expect(distinctExperts(128, 8, 1)).toBeCloseTo(8, 9);
    expect(distinctExperts(128, 8, 1e6)).toBeCloseTo(128, 9);
    expect(busiestPairs(128, 8, 1, 10)).toBe(80);
    expect(busiestDistinct(128, 8, 1, 1)).toBeCloseTo(8, 9);
  });

  it('grows with tokens, through the change from Poisson to normal counts', () => {
    let pairs = 0;
    let distinct = 0;
    for (let tokens = 1; tokens < 2000; tokens++) {
      const nextPairs = busiestPairs(256, 8, 16, tokens);
      const nextDistinct = busiestDistinct(256, 8, 16, tokens);
      // 1% covers the seam of the two formulas.
      expect(nextPairs).toBeGreaterThan(pairs * 0.99);
      expect(nextDistinct).toBeGreaterThanOrEqual(distinct * 0.999);
      pairs = nextPairs;
      distinct = nextDistinct;
    }
  });
});
