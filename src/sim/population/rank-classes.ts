/**
 * The LoRA rank of an adapter, derived instead of stored: by keyed hash in the stated shares, or interleaved by the adapter's
 * number as S-LoRA deals its ranks (64, 32, 16, 8, 64, 32, …). A rank class is an index into the scenario's distinct ranks.
 */
import type { RankMix } from '../../scenario/scenario.ts';
import { hash32 } from '../random/hash.ts';

/** Longest pattern of an interleaved mix; shares are met exactly where they divide it or a shorter one. */
const LONGEST_PATTERN = 1000;

export class RankClasses {
  private readonly classes: Int32Array;
  /** Upper ends of the classes on the scale 0 … 2^32; null where ranks interleave. */
  private readonly ends: Float64Array | null;
  private readonly key: number;

  constructor(mix: RankMix, distinct: readonly number[], key: number) {
    const classes = mix.ranks.map(({ rank }) => distinct.indexOf(rank));
    const shares = mix.ranks.map(({ share }) => share);
    this.key = key;
    if (mix.assign === 'interleaved') {
      this.classes = interleave(shares).map((i) => classes[i]);
      this.ends = null;
      return;
    }
    this.classes = Int32Array.from(classes);
    const total = shares.reduce((a, b) => a + b, 0);
    let sum = 0;
    this.ends = Float64Array.from(shares, (share) => ((sum += share) / total) * 2 ** 32);
  }

  classOf(adapter: number): number {
    const { classes, ends } = this;
    if (ends === null) return classes[adapter % classes.length];
    if (classes.length === 1) return classes[0];
    const h = hash32(this.key, adapter, 0) >>> 0;
    let i = 0;
    while (i < ends.length - 1 && h >= ends[i]) i++;
    return classes[i];
  }
}

/** Smooth weighted round robin: the shortest pattern that meets the shares, equal shares in plain rotation. */
function interleave(shares: readonly number[]): Int32Array {
  const total = shares.reduce((a, b) => a + b, 0);
  const fits = (n: number) =>
    shares.every((share) => Math.abs((share / total) * n - Math.round((share / total) * n)) < 1e-6);
  let length = 1;
  while (length < LONGEST_PATTERN && !fits(length)) length++;
  const credit = new Float64Array(shares.length);
  return Int32Array.from({ length }, () => {
    let best = 0;
    for (let i = 0; i < shares.length; i++) {
      credit[i] += shares[i] / total;
      if (credit[i] > credit[best] + 1e-9) best = i;
    }
    credit[best] -= 1;
    return best;
  });
}
