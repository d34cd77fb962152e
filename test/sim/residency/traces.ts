/** Request streams for residency tests: reproducible, and independent of the simulator's own generators. */

/** mulberry32: small, seeded, good enough for test data. Returns 32-bit unsigned integers. */
export function bits32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Zipf probabilities p(i) ∝ 1/(i + 1)^alpha. */
export function zipf(universe: number, alpha: number): Float64Array {
  const weights = Float64Array.from({ length: universe }, (_, i) => (i + 1) ** -alpha);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Independent draws from `probabilities`, by inversion. */
export function draws(probabilities: Float64Array, length: number, seed: number): Int32Array {
  const next = bits32(seed);
  const cumulative = new Float64Array(probabilities.length);
  probabilities.reduce((sum, p, i) => (cumulative[i] = sum + p), 0);
  return Int32Array.from({ length }, () => {
    const u = ((next() + 0.5) / 2 ** 32) * cumulative[cumulative.length - 1];
    let low = 0;
    let high = cumulative.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cumulative[middle] < u) low = middle + 1;
      else high = middle;
    }
    return low;
  });
}
