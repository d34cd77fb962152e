/**
 * Seeded random numbers for kernel inputs: seedrandom derives the state from a name, sfc32 (Chris Doty-Humphrey,
 * PractRand) draws. Independent of the simulator's streams; the two engines share no code.
 */
import seedrandom from 'seedrandom';

export interface Random {
  /** Uniform on the 32-bit integers. */
  uint32(): number;
  /** Uniform on [0, 1). */
  uniform(): number;
  /** Uniform on 0 … n − 1. */
  below(n: number): number;
  normal(): number;
}

export function random(seed: string): Random {
  const derive = seedrandom(seed);
  let a = derive.int32();
  let b = derive.int32();
  let c = derive.int32();
  let counter = 1;
  const uint32 = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + t) | 0;
    return t >>> 0;
  };
  const uniform = (): number => uint32() / 2 ** 32;
  return {
    uint32,
    uniform,
    below: (n) => Math.floor(uniform() * n),
    // Box-Muller, one of the pair; 1 − u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
  };
}

/** Fisher-Yates, in place. */
export function shuffle(values: Int32Array, draws: Random): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = draws.below(i + 1);
    const kept = values[i];
    values[i] = values[j];
    values[j] = kept;
  }
}
