/**
 * Log-linear histograms: the layout of HdrHistogram (Tene), with the bucket read off the bits of a float64 instead of computed
 * with a logarithm: the exponent and the top 8 bits of the mantissa are the index.
 *
 * 256 buckets an octave, so a bucket's midpoint is within 1/512 (0.2 %) of every value in it. Values below 1 unit share bucket
 * 0; the unit is the recorder's (ns, ticks, or a fixed point), small enough that this never matters. Recording is O(1), about
 * 54 kB a histogram of which only the touched pages become resident. Merging adds counts, so it is exact and associative.
 */

const MANTISSA_BITS = 8;
const PER_OCTAVE = 1 << MANTISSA_BITS;
/** Values up to 2^53 units: every integer a float64 holds exactly. */
const OCTAVES = 53;
export const BUCKETS = OCTAVES * PER_OCTAVE + 1;
/** Half a bucket's width over its lower bound: the largest relative error of a quantile. */
export const RELATIVE_ERROR = 1 / (2 * PER_OCTAVE);

const BIAS = (1023 << MANTISSA_BITS) - 1;
const float = new Float64Array(1);
const words = new Uint32Array(float.buffer);
const HIGH_WORD = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** The bucket that holds `value`; 0 below one unit, the last bucket above 2^53. */
export function bucketOf(value: number): number {
  if (!(value >= 1)) return 0;
  float[0] = value;
  const index = (words[HIGH_WORD] >>> (20 - MANTISSA_BITS)) - BIAS;
  return index < BUCKETS ? index : BUCKETS - 1;
}

/** The smallest value of a bucket; the largest is just under the next bucket's. */
export function lowerBound(bucket: number): number {
  if (bucket === 0) return 0;
  words[1 - HIGH_WORD] = 0;
  words[HIGH_WORD] = (bucket + BIAS) << (20 - MANTISSA_BITS);
  return float[0];
}

/**
 * Sums are kept in two limbs, hi · 2^52 + lo, so that a sum of integer nanoseconds stays exact past 2^53 (104 days, which
 * 10^7 requests reach together) and does not depend on the order in which cells are merged.
 */
export const LIMB = 2 ** 52;

/** Adds `value` (≥ 0) to the two-limb sum at `lo[at]`, `hi[at]`. */
export function addExact(lo: Float64Array, hi: Float64Array, at: number, value: number): void {
  const sum = lo[at] + value;
  if (sum < LIMB) {
    lo[at] = sum;
  } else {
    const carry = Math.floor(sum / LIMB);
    hi[at] += carry;
    lo[at] = sum - carry * LIMB;
  }
}

/** A two-limb sum as the nearest float64. */
export const limbs = (lo: Float64Array, hi: Float64Array, at: number): number => hi[at] * LIMB + lo[at];

/** Histograms as they leave a cell: typed arrays only, each trimmed to its non-empty range. */
export interface PackedHistograms {
  /** Bucket number of a slot's first stored count, and where its counts start in `counts` (one more entry than slots). */
  first: Int32Array;
  offset: Int32Array;
  counts: Float64Array;
  sumLo: Float64Array;
  sumHi: Float64Array;
  min: Float64Array;
  max: Float64Array;
}

/** Sum (two limbs), minimum and maximum of one slot, side by side so that an addition touches one cache line. */
const STATS = 4;

function emptyStats(slots: number): Float64Array {
  const stats = new Float64Array(slots * STATS);
  for (let slot = 0; slot < slots; slot++) stats[slot * STATS + 2] = Number.POSITIVE_INFINITY;
  return stats;
}

function pack(slots: number, counts: Uint32Array | Float64Array, stats: Float64Array): PackedHistograms {
  const first = new Int32Array(slots);
  const offset = new Int32Array(slots + 1);
  const stat = (at: number) => Float64Array.from({ length: slots }, (_, slot) => stats[slot * STATS + at]);
  const [sumLo, sumHi, min, max] = [stat(0), stat(1), stat(2), stat(3)];
  const ranges = Array.from({ length: slots }, (_, slot) => {
    const empty = min[slot] > max[slot];
    first[slot] = empty ? 0 : bucketOf(min[slot]);
    const length = empty ? 0 : bucketOf(max[slot]) - first[slot] + 1;
    offset[slot + 1] = offset[slot] + length;
    return counts.subarray(slot * BUCKETS + first[slot], slot * BUCKETS + first[slot] + length);
  });
  const packed = new Float64Array(offset[slots]);
  ranges.forEach((range, slot) => {
    packed.set(range, offset[slot]);
  });
  return { first, offset, counts: packed, sumLo, sumHi, min, max };
}

/**
 * Many histograms of one unit in one block of memory, addressed by slot. Values come in columns: the high words of a column are
 * read where the values already lie, and the loop keeps everything else in registers (about 4 ns a value).
 */
export class HistogramBank {
  readonly slots: number;
  private readonly counts: Uint32Array;
  private readonly stats: Float64Array;

  constructor(slots: number) {
    this.slots = slots;
    this.counts = new Uint32Array(slots * BUCKETS);
    this.stats = emptyStats(slots);
  }

  /** Records one value (≥ 0). */
  add(slot: number, value: number): void {
    this.counts[slot * BUCKETS + bucketOf(value)]++;
    addStats(this.stats, slot * STATS, value);
  }

  /**
   * Records column values[0 … n), value i in slot base + stride · groups[i]; a negative value is left out.
   * @param words the same memory as `values`
   * @param buckets filled with each value's bucket, −1 where it is left out
   */
  addColumn(
    values: Float64Array,
    words: Uint32Array,
    n: number,
    base: number,
    stride: number,
    groups: Int32Array,
    buckets: Int32Array,
  ): void {
    const counts = this.counts;
    const stats = this.stats;
    for (let i = 0; i < n; i++) {
      const value = values[i];
      if (!(value >= 0)) {
        buckets[i] = -1;
        continue;
      }
      let bucket = 0;
      if (value >= 1) {
        bucket = (words[2 * i + HIGH_WORD] >>> (20 - MANTISSA_BITS)) - BIAS;
        if (bucket >= BUCKETS) bucket = BUCKETS - 1;
      }
      buckets[i] = bucket;
      const slot = base + stride * groups[i];
      counts[slot * BUCKETS + bucket]++;
      addStats(stats, slot * STATS, value);
    }
  }

  pack(): PackedHistograms {
    return pack(this.slots, this.counts, this.stats);
  }
}

function addStats(stats: Float64Array, at: number, value: number): void {
  const sum = stats[at] + value;
  if (sum < LIMB) {
    stats[at] = sum;
  } else {
    const carry = Math.floor(sum / LIMB);
    stats[at] = sum - carry * LIMB;
    stats[at + 1] += carry;
  }
  if (value < stats[at + 2]) stats[at + 2] = value;
  if (value > stats[at + 3]) stats[at + 3] = value;
}

/** One histogram of weighted ramps of values: the inter-token gaps of runs of decode steps. */
export class RampHistogram {
  private readonly counts = new Float64Array(BUCKETS);
  private readonly stats = emptyStats(1);

  /**
   * Records first, first + growth, … (`steps` ≥ 1 values, growth of either sign), each `weight` times. Costs one addition for
   * each bucket that the ramp crosses, whatever the number of steps.
   */
  add(first: number, growth: number, steps: number, weight: number): void {
    const last = first + growth * (steps - 1);
    const low = growth < 0 ? last : first;
    const high = growth < 0 ? first : last;
    const rise = Math.abs(growth);
    const stats = this.stats;
    if (low < stats[2]) stats[2] = low;
    if (high > stats[3]) stats[3] = high;
    const sum = stats[0] + (steps * (low + high) * weight) / 2;
    const carry = sum < LIMB ? 0 : Math.floor(sum / LIMB);
    stats[0] = sum - carry * LIMB;
    stats[1] += carry;

    let bucket = bucketOf(low);
    const lastBucket = bucketOf(high);
    let done = 0;
    while (bucket < lastBucket) {
      const bound = lowerBound(bucket + 1);
      // The first step at or above the bucket's end. Exact: a quotient of integers that is not an integer stays 1 / rise away
      // from one, which is more than half a unit in the last place while quotient · rise < 2^53.
      const next = Math.ceil((bound - low) / rise);
      this.counts[bucket] += (next - done) * weight;
      done = next;
      bucket = bucketOf(low + done * rise);
    }
    this.counts[bucket] += (steps - done) * weight;
  }

  pack(): PackedHistograms {
    return pack(1, this.counts, this.stats);
  }
}

/** One histogram as it is read: quantiles, mean, distribution, in presented units (recorded units × `scale`). */
export class Histogram {
  readonly n: number;
  readonly scale: number;
  /** Bucket number of counts[0]. */
  readonly first: number;
  readonly counts: Float64Array;
  private readonly sumLo: number;
  private readonly sumHi: number;
  private readonly low: number;
  private readonly high: number;

  private constructor(
    first: number,
    counts: Float64Array,
    sumLo: number,
    sumHi: number,
    low: number,
    high: number,
    scale: number,
  ) {
    this.first = first;
    this.counts = counts;
    this.sumLo = sumLo;
    this.sumHi = sumHi;
    this.low = low;
    this.high = high;
    this.scale = scale;
    this.n = counts.reduce((total, count) => total + count, 0);
  }

  static empty(scale: number): Histogram {
    return new Histogram(0, new Float64Array(0), 0, 0, Number.POSITIVE_INFINITY, 0, scale);
  }

  static of(packed: PackedHistograms, slot: number, scale: number): Histogram {
    return new Histogram(
      packed.first[slot],
      packed.counts.subarray(packed.offset[slot], packed.offset[slot + 1]),
      packed.sumLo[slot],
      packed.sumHi[slot],
      packed.min[slot],
      packed.max[slot],
      scale,
    );
  }

  /** The histogram of all samples of `parts` (same scale). */
  static merge(parts: readonly Histogram[], scale: number): Histogram {
    const filled = parts.filter((part) => part.counts.length > 0);
    if (filled.length === 0) return Histogram.empty(scale);
    if (filled.length === 1) return filled[0];
    const first = Math.min(...filled.map((part) => part.first));
    const end = Math.max(...filled.map((part) => part.first + part.counts.length));
    const counts = new Float64Array(end - first);
    const lo = new Float64Array(1);
    const hi = new Float64Array(1);
    for (const part of filled) {
      for (let i = 0; i < part.counts.length; i++) counts[part.first - first + i] += part.counts[i];
      addExact(lo, hi, 0, part.sumLo);
      hi[0] += part.sumHi;
    }
    const low = Math.min(...filled.map((part) => part.low));
    const high = Math.max(...filled.map((part) => part.high));
    return new Histogram(first, counts, lo[0], hi[0], low, high, scale);
  }

  /** Sum of all samples; exact in recorded units below 2^105, then rounded once. */
  get sum(): number {
    return (this.sumHi * LIMB + this.sumLo) * this.scale;
  }

  /** The sum in recorded units as an integer (fractions of a unit dropped): for ledgers that must balance exactly. */
  get exactSum(): bigint {
    return BigInt(this.sumHi) * BigInt(LIMB) + BigInt(Math.floor(this.sumLo));
  }

  get mean(): number | null {
    return this.n === 0 ? null : this.sum / this.n;
  }

  get min(): number | null {
    return this.n === 0 ? null : this.low * this.scale;
  }

  get max(): number | null {
    return this.n === 0 ? null : this.high * this.scale;
  }

  /** The value of rank `rank` (1 … n, ascending), within RELATIVE_ERROR. */
  valueAtRank(rank: number): number | null {
    if (this.n === 0) return null;
    const wanted = Math.min(Math.max(rank, 1), this.n);
    let seen = 0;
    let i = 0;
    while ((seen += this.counts[i]) < wanted) i++;
    const bucket = this.first + i;
    const middle = (lowerBound(bucket) + lowerBound(bucket + 1)) / 2;
    return Math.min(Math.max(bucket === 0 ? 0 : middle, this.low), this.high) * this.scale;
  }

  /** Nearest-rank quantile: the smallest sample with at least a share `q` of all samples at or below it. */
  quantile(q: number): number | null {
    return this.valueAtRank(Math.ceil(q * this.n));
  }

  /** Non-empty buckets, ascending: their exclusive upper value and their count. */
  *distribution(): Generator<{ upper: number; count: number }> {
    for (let i = 0; i < this.counts.length; i++) {
      if (this.counts[i] > 0) yield { upper: lowerBound(this.first + i + 1) * this.scale, count: this.counts[i] };
    }
  }
}
