/**
 * How the sequences of a batch are spread over the adapters of a pool: Punica's four patterns (Chen et al., MLSys 2024;
 * its "Zipf-1.5" is geometric: each model has 1.5 times the requests of the next) and two Zipf laws as SGLang and
 * InfiniLoRA use them.
 */
import type { Random } from './random.ts';
import { shuffle } from './random.ts';

export const PATTERNS = ['identical', 'sqrt', 'ratio-1.5', 'zipf-0.9', 'zipf-1.2', 'distinct'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** Largest-remainder split of `total` over weights; every count is a non-negative integer and they sum to `total`. */
export function apportion(total: number, weights: readonly number[]): Int32Array {
  const sum = weights.reduce((a, b) => a + b, 0);
  const exact = weights.map((weight) => (total * weight) / sum);
  const counts = Int32Array.from(exact, Math.floor);
  const order = exact.map((_, i) => i).sort((i, j) => exact[j] - counts[j] - (exact[i] - counts[i]) || i - j);
  let missing = total - counts.reduce((a, b) => a + b, 0);
  for (const i of order) {
    if (missing-- <= 0) break;
    counts[i]++;
  }
  return counts;
}

/** Popularity index (0 = most popular) of each of `n` sequences, before the pool is scattered; O(n + pool). */
function popularity(pattern: Pattern, n: number, pool: number, draws: Random): Int32Array {
  const of = new Int32Array(n);
  if (pattern === 'identical') return of;
  if (pattern === 'distinct') return of.map((_, i) => i % pool);
  if (pattern === 'sqrt') {
    const models = Math.min(pool, Math.ceil(Math.sqrt(n)));
    return of.map((_, i) => i % models);
  }
  if (pattern === 'ratio-1.5') {
    const counts = apportion(
      n,
      Array.from({ length: Math.min(pool, n) }, (_, i) => 1.5 ** -i),
    );
    let at = 0;
    counts.forEach((count, model) => {
      of.fill(model, at, at + count);
      at += count;
    });
    return of;
  }
  const exponent = pattern === 'zipf-0.9' ? 0.9 : 1.2;
  const cumulative = new Float64Array(pool);
  let sum = 0;
  for (let i = 0; i < pool; i++) cumulative[i] = sum += (i + 1) ** -exponent;
  for (let i = 0; i < n; i++) {
    const target = draws.uniform() * sum;
    let low = 0;
    let high = pool - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] > target) high = middle;
      else low = middle + 1;
    }
    of[i] = low;
  }
  return of;
}

/**
 * Adapter of each of `n` sequences, in random order. The adapters in use are scattered over the pool, so that neighbours
 * in popularity are not neighbours in memory.
 */
export function assignAdapters(pattern: Pattern, n: number, pool: number, draws: Random): Int32Array {
  const places = Int32Array.from({ length: pool }, (_, i) => i);
  shuffle(places, draws);
  const adapters = popularity(pattern, n, pool, draws).map((index) => places[index]);
  shuffle(adapters, draws);
  return adapters;
}
