/**
 * Rendezvous (highest random weight) hashing: each adapter ranks the replicas by a hash of the pair. Taking a replica away
 * moves only the adapters that ranked it first, adding one moves 1/(n + 1) of them.
 * Source: Thaler and Ravishankar, IEEE/ACM Transactions on Networking 6(1), 1998. The adapter's half of the hash is computed
 * once a request; a replica then costs two multiplications.
 */
import { hash32 } from '../random/hash.ts';

/** Tells these hashes from the others that are keyed by small integers. */
const KEY = 0x72767a73;

export class Rendezvous {
  private readonly salts: Int32Array;

  constructor(replicas: number) {
    this.salts = Int32Array.from({ length: replicas }, (_, replica) => hash32(KEY, replica, 0));
  }

  /** Hash of the adapter alone, to be handed to `weight`. */
  hash(adapter: number): number {
    return hash32(KEY, adapter, 1);
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
