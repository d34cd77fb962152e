/**
 * Rendezvous (highest random weight) hashing: each adapter ranks the replicas by a hash of the pair. Taking a replica away
 * moves only the adapters that ranked it first, adding one moves 1/(n + 1) of them.
 * Source: Thaler and Ravishankar, IEEE/ACM Transactions on Networking 6(1), 1998. Mixing: the 32-bit finaliser of
 * MurmurHash3 (Appleby), split so that the adapter's half is computed once a request.
 */
export class Rendezvous {
  private readonly salts: Int32Array;

  constructor(replicas: number) {
    this.salts = new Int32Array(replicas);
    for (let replica = 0; replica < replicas; replica++) this.salts[replica] = mix(replica + 1);
  }

  /** Hash of the adapter alone, to be handed to `weight`. */
  hash(adapter: number): number {
    return mix(adapter ^ 0x5bd1e995);
  }

  /** Weight of the pair, uniform over 0 … 2^32 − 1: the adapter prefers the replica with the largest. */
  weight(hash: number, replica: number): number {
    const product = Math.imul(hash ^ this.salts[replica], 0x85ebca6b);
    return Math.imul(product ^ (product >>> 13), 0xc2b2ae35) >>> 0;
  }

  /** The adapter's first choice. O(replicas). */
  first(adapter: number): number {
    const hash = this.hash(adapter);
    let best = 0;
    let bestWeight = -1;
    for (let replica = 0; replica < this.salts.length; replica++) {
      const weight = this.weight(hash, replica);
      if (weight > bestWeight) {
        bestWeight = weight;
        best = replica;
      }
    }
    return best;
  }
}

function mix(value: number): number {
  let hash = value ^ (value >>> 16);
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
