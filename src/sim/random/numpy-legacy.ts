/**
 * NumPy's legacy random streams (numpy.random.RandomState), bit for bit: the Mersenne Twister (Matsumoto and Nishimura, ACM TOMACS
 * 8(1), 1998) and the transformations that NumPy has frozen since 1.17 (numpy/random/src/legacy/legacy-distributions.c). Others'
 * published workloads are rebuilt from them; this simulator's own draws come from streams.ts.
 */
const N = 624;
const M = 397;
const UPPER = 0x80000000;
const LOWER = 0x7fffffff;
const MATRIX = 0x9908b0df;

export class NumpyLegacy {
  private readonly state = new Uint32Array(N);
  private at = N;

  /** numpy.random.seed(seed), 0 … 2^32 − 1. */
  constructor(seed: number) {
    const { state } = this;
    state[0] = seed >>> 0;
    for (let i = 1; i < N; i++) {
      const last = state[i - 1] ^ (state[i - 1] >>> 30);
      state[i] = (Math.imul(1812433253, last) + i) >>> 0;
    }
  }

  /** 32 random bits. */
  private bits(): number {
    if (this.at === N) this.twist();
    let y = this.state[this.at++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    y ^= y >>> 18;
    return y >>> 0;
  }

  private twist(): void {
    const { state } = this;
    for (let i = 0; i < N; i++) {
      const y = (state[i] & UPPER) | (state[(i + 1) % N] & LOWER);
      state[i] = (state[(i + M) % N] ^ (y >>> 1) ^ (y & 1 ? MATRIX : 0)) >>> 0;
    }
    this.at = 0;
  }

  /** random_sample(): 53 bits, in [0, 1). */
  random(): number {
    const a = this.bits() >>> 5;
    const b = this.bits() >>> 6;
    return (a * 67108864 + b) / 9007199254740992;
  }

  /** randint(low, high): low … high − 1, by masked rejection; the range is below 2^32. */
  randint(low: number, high: number): number {
    const most = high - 1 - low;
    if (most === 0) return low;
    let mask = most;
    for (const shift of [1, 2, 4, 8, 16]) mask |= mask >>> shift;
    for (;;) {
      const value = (this.bits() & mask) >>> 0;
      if (value <= most) return low + value;
    }
  }

  standardExponential(): number {
    return -Math.log(1 - this.random());
  }

  /** power(a): density a·x^(a−1) on [0, 1]; a = 1 is uniform. */
  power(a: number): number {
    return (-Math.expm1(-this.standardExponential())) ** (1 / a);
  }

  /** gamma(shape, scale) for shapes up to 1: exponential at 1, below by Ahrens and Dieter's rejection as NumPy has it. */
  gamma(shape: number, scale: number): number {
    if (!(shape > 0 && shape <= 1)) throw new RangeError(`shape ${shape} is not above 0 and at most 1`);
    if (shape === 1) return scale * this.standardExponential();
    for (;;) {
      const u = this.random();
      const v = this.standardExponential();
      if (u <= 1 - shape) {
        const x = u ** (1 / shape);
        if (x <= v) return scale * x;
      } else {
        const y = -Math.log((1 - u) / shape);
        const x = (1 - shape + shape * y) ** (1 / shape);
        if (x <= v + y) return scale * x;
      }
    }
  }
}
