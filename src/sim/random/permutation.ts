/**
 * A keyed bijection on 0 … n−1 in O(1) memory: a Feistel network on the smallest even or odd number of bits that holds n,
 * walked along its cycle until the value falls below n (Black and Rogaway, "Ciphers with arbitrary finite domains", CT-RSA
 * 2002). The domain is smaller than 2n, so a call walks at most twice on average.
 */
function round(key: number, value: number): number {
  let h = Math.imul(value ^ key, 0x9e3779b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return h ^ (h >>> 13);
}

export class Permutation {
  readonly size: number;
  private readonly highBits: number;
  private readonly lowBits: number;
  private readonly highMask: number;
  private readonly lowMask: number;
  private key0 = 0;
  private key1 = 0;
  private key2 = 0;
  private key3 = 0;

  /** @param size 1 … 2^31 − 1 */
  constructor(size: number, key: number) {
    if (!(Number.isInteger(size) && size >= 1 && size <= 0x7fffffff)) {
      throw new RangeError(`a permutation acts on 1 … 2^31 − 1 values, got ${size}`);
    }
    this.size = size;
    const bits = Math.max(2, 32 - Math.clz32(size - 1));
    this.highBits = bits >> 1;
    this.lowBits = bits - this.highBits;
    this.highMask = (1 << this.highBits) - 1;
    this.lowMask = (1 << this.lowBits) - 1;
    this.rekey(key);
  }

  /** Another member of the family, on the same domain. */
  rekey(key: number): void {
    this.key0 = round(key, 1);
    this.key1 = round(key, 2);
    this.key2 = round(key, 3);
    this.key3 = round(key, 4);
  }

  /** Where `index` goes. */
  apply(index: number): number {
    const { size, lowBits, highMask, lowMask } = this;
    let value = index;
    do {
      let high = value >>> lowBits;
      let low = value & lowMask;
      // Alternating updates of two halves of fixed width: each is invertible, so the widths may differ.
      high ^= round(this.key0, low) & highMask;
      low ^= round(this.key1, high) & lowMask;
      high ^= round(this.key2, low) & highMask;
      low ^= round(this.key3, high) & lowMask;
      value = (high << lowBits) | low;
    } while (value >= size);
    return value;
  }

  /** What goes to `image`. */
  invert(image: number): number {
    const { size, lowBits, highMask, lowMask } = this;
    let value = image;
    do {
      let high = value >>> lowBits;
      let low = value & lowMask;
      low ^= round(this.key3, high) & lowMask;
      high ^= round(this.key2, low) & highMask;
      low ^= round(this.key1, high) & lowMask;
      high ^= round(this.key0, low) & highMask;
      value = (high << lowBits) | low;
    } while (value >= size);
    return value;
  }
}
