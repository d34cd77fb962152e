/**
 * The fast generator of the hot path: xoshiro128** 1.1 (Blackman and Vigna, "Scrambled linear pseudorandom number
 * generators", ACM TOMS 2021; prng.di.unimi.it). State of 128 bits in four fields, which V8 keeps as small integers, so a
 * draw is a dozen register operations and allocates nothing. Period 2^128 − 1.
 */
const TWO_POW_26 = 0x4000000;
const TWO_POW_MINUS_52 = 2 ** -52;
const TWO_POW_MINUS_32 = 2 ** -32;

/** Layers of the exponential ziggurat: right edges, widest first, the density at them, and where the tail begins. */
const LAYERS = 256;
const TAIL = 7.69711747013105;
const AREA = 0.003949659822581557;
const EDGES = new Float64Array(LAYERS + 1);
EDGES[0] = AREA * Math.exp(TAIL);
EDGES[1] = TAIL;
for (let i = 1; i < LAYERS - 1; i++) EDGES[i + 1] = -Math.log(AREA / EDGES[i] + Math.exp(-EDGES[i]));
const DENSITIES = EDGES.map((x) => Math.exp(-x));

export class Prng {
  private s0 = 0;
  private s1 = 0;
  private s2 = 0;
  private s3 = 1;
  /** Second variate of the last polar pair, or NaN. */
  private spareNormal = Number.NaN;

  constructor(s0: number, s1: number, s2: number, s3: number) {
    this.reseed(s0, s1, s2, s3);
  }

  /** Starts again from 128 bits of state. The one forbidden state, all zero, is replaced by (0, 0, 0, 1). */
  reseed(s0: number, s1: number, s2: number, s3: number): void {
    this.s0 = s0 | 0;
    this.s1 = s1 | 0;
    this.s2 = s2 | 0;
    this.s3 = (s0 | s1 | s2 | s3) === 0 ? 1 : s3 | 0;
    this.spareNormal = Number.NaN;
  }

  /** 32 random bits as a signed integer. */
  next32(): number {
    const s1 = this.s1;
    let result = Math.imul(s1, 5);
    result = Math.imul((result << 7) | (result >>> 25), 9);
    const s2 = this.s2 ^ this.s0;
    const s3 = this.s3 ^ s1;
    this.s1 = s1 ^ s2;
    this.s0 ^= s3;
    this.s2 = s2 ^ (s1 << 9);
    this.s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  /**
   * Uniform on the open interval (0, 1), a multiple of 2^-53. It carries 52 bits, not 32, because a population of 10^8 users
   * has ranks whose probability is below 2^-32, and not 53, because the largest value would round to 1.
   */
  uniform(): number {
    return ((this.next32() >>> 6) * TWO_POW_26 + (this.next32() >>> 6) + 0.5) * TWO_POW_MINUS_52;
  }

  /** Uniform on the open interval (0, 1) in steps of 2^-32, at half the cost. */
  uniform32(): number {
    return ((this.next32() >>> 0) + 0.5) * TWO_POW_MINUS_32;
  }

  /** Uniform integer in 0 … n−1, n ≤ 2^32; the bias is below n·2^-52. */
  integer(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /**
   * Exponential with mean 1 by the ziggurat (Marsaglia and Tsang, "The ziggurat method for generating random variables", J.
   * Stat. Software 2000): 98.9% of the draws take one table look-up. The layer comes from bits that the position does not use.
   */
  exponential(): number {
    for (;;) {
      const high = this.next32();
      const low = this.next32();
      const layer = ((high & 15) << 4) | (low & 15);
      const x = ((high >>> 6) * TWO_POW_26 + (low >>> 6) + 0.5) * TWO_POW_MINUS_52 * EDGES[layer];
      if (x < EDGES[layer + 1]) return x;
      if (layer === 0) return TAIL - Math.log(this.uniform());
      const y = DENSITIES[layer] + this.uniform() * (DENSITIES[layer + 1] - DENSITIES[layer]);
      if (y < Math.exp(-x)) return x;
    }
  }

  /** Standard normal by the polar method (Marsaglia and Bray 1964); every second call is nearly free. */
  normal(): number {
    const spare = this.spareNormal;
    if (!Number.isNaN(spare)) {
      this.spareNormal = Number.NaN;
      return spare;
    }
    let x: number;
    let y: number;
    let square: number;
    do {
      x = 2 * this.uniform() - 1;
      y = 2 * this.uniform() - 1;
      square = x * x + y * y;
    } while (square >= 1);
    const scale = Math.sqrt((-2 * Math.log(square)) / square);
    this.spareNormal = y * scale;
    return x * scale;
  }
}
