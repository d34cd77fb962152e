/**
 * Keyed integer hash: 32 bits that depend on a key (the purpose, see streamKey) and two words (a user and a counter, say).
 * A draw keyed this way needs no state and does not depend on the order in which anything is asked.
 *
 * The mixing is MurmurHash3_x86_32 over the two words with the key as its seed (Appleby, public domain), length 8.
 */
function mixWord(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const h = hash ^ k;
  return (Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64) | 0;
}

/** 32 bits as a signed integer. */
export function hash32(key: number, a: number, b: number): number {
  let h = mixWord(mixWord(key, a), b) ^ 8;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** The hash as a fraction in the open interval (0, 1), in steps of 2^-32. */
export function hashFraction(key: number, a: number, b: number): number {
  return ((hash32(key, a, b) >>> 0) + 0.5) * 2 ** -32;
}
