/**
 * Draws that depend on a key and two words (a user and a counter, say) and on nothing that was drawn before: whoever asks, and in
 * whatever order, gets the same.
 */
import { hash32 } from './hash.ts';
import { Prng } from './prng.ts';

export class KeyedStream {
  private readonly keys: readonly number[];
  private readonly prng = new Prng(0, 0, 0, 1);

  /** @param keyOf the 32-bit key of each of four words */
  constructor(keyOf: (word: number) => number) {
    this.keys = [0, 1, 2, 3].map(keyOf);
  }

  /** The stream of (a, b); it stays valid until the next call. */
  at(a: number, b: number): Prng {
    const { keys, prng } = this;
    prng.reseed(hash32(keys[0], a, b), hash32(keys[1], a, b), hash32(keys[2], a, b), hash32(keys[3], a, b));
    return prng;
  }
}
