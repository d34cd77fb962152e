/** Free KV blocks, and the blocks of adapters where both share one pool (S-LoRA). */
import type { ReplicaState } from './replica-state.ts';

/** The GPU tier evicted an adapter: a unified pool gets its blocks back. */
export function adapterEvicted(r: ReplicaState, rankClass: number): void {
  if (r.p.adapterBlocks !== null) r.kv.freeBlocks += r.p.adapterBlocks[rankClass];
}

/** KV blocks that resident adapters hold (unified pool), for the audit. */
export function blocksOfAdapters(r: ReplicaState): number {
  const { adapterBlocks } = r.p;
  if (adapterBlocks === null) return 0;
  let blocks = 0;
  for (let slot = 0; slot < r.gpu.entries; slot++) {
    if (r.gpu.adapterAt(slot) >= 0) blocks += adapterBlocks[r.gpu.classAt(slot)];
  }
  return blocks;
}

/** Takes an adapter's blocks from a unified pool, but none that the decoding requests need in their next step. */
export function takeAdapterBlocks(r: ReplicaState, rankClass: number): boolean {
  const { adapterBlocks } = r.p;
  if (adapterBlocks === null) return true;
  const blocks = adapterBlocks[rankClass];
  if (!reclaim(r, blocks + r.kv.blocksNeeded(r.steps, 1))) return false;
  r.kv.freeBlocks -= blocks;
  r.kv.taken += blocks;
  return true;
}

/** Makes sure of `blocks` free KV blocks; a unified pool evicts idle adapters for them. */
export function reclaim(r: ReplicaState, blocks: number): boolean {
  const { kv } = r;
  while (kv.freeBlocks < blocks) {
    if (r.p.adapterBlocks === null || r.gpu.evictOne(-1) < 0) return false;
  }
  return true;
}
