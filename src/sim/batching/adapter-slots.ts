/** Adapters in GPU slots: taking and pinning a slot, copies into it and who waits for them, prefetches. */
import { TICKS_PER_NS } from '../cost/step-cost.ts';
import { adapterEvicted, takeAdapterBlocks } from './block-pool.ts';
import type { ReplicaState } from './replica-state.ts';
import { ACTIVATING } from './request-table.ts';
import { enqueue, load, removeFirst, startWaiting, stopWaiting, wake } from './waiting.ts';

/**
 * Pins a GPU slot for the first waiting request. True: the slot is active. False with state QUEUED: the pool has no blocks.
 * False with another state: the request left the waiting heap (its adapter is being copied or loaded, or it was refused).
 */
export function takeSlot(r: ReplicaState, request: number, nowNs: number): boolean {
  const { t, gpu, host } = r;
  const adapter = t.adapter[request];
  let slot = gpu.find(adapter);
  if (slot >= 0) {
    gpu.touch(slot);
    touchHost(r, request, host.find(adapter));
  } else {
    const entry = host.find(adapter);
    if (entry < 0 || r.loader.loading[entry] === 1) {
      r.waiting.removeFirst();
      load(r, request, nowNs);
      return false;
    }
    const rankClass = t.rankClass[request];
    if (!takeAdapterBlocks(r, rankClass)) return false;
    slot = gpu.insert(adapter, rankClass);
    if (slot < 0) {
      adapterEvicted(r, rankClass);
      return false;
    }
    touchHost(r, request, entry);
    activate(r, slot, rankClass, nowNs, false);
  }
  gpu.pin(slot);
  t.slot[request] = slot;
  if (t.hostEntry[request] >= 0) {
    host.unpin(t.hostEntry[request]);
    t.hostEntry[request] = -1;
    r.loader.startQueued(nowNs);
  }
  if (r.slotActive[slot] === 1) {
    stopWaiting(r, request, nowNs);
    return true;
  }
  removeFirst(r, request);
  t.state[request] = ACTIVATING;
  startWaiting(r, request, nowNs);
  r.activating++;
  t.next[request] = r.slotWaiters[slot];
  r.slotWaiters[slot] = request;
  return false;
}

/**
 * A request uses the entry once, however often it takes a slot. Where its own miss brought the adapter in, the insertion was that
 * use: to count another would show SIEVE and the policies that count uses every newcomer as one that came back.
 */
function touchHost(r: ReplicaState, request: number, entry: number): void {
  if (entry < 0 || r.t.usedHost[request] === 1) return;
  r.t.usedHost[request] = 1;
  r.host.touch(entry);
}

function activate(r: ReplicaState, slot: number, rankClass: number, nowNs: number, prefetch: boolean): void {
  const { p } = r;
  const copyNs = p.copyNs[rankClass];
  if (r.limits.blockingActivation || copyNs === 0) {
    r.stallTicks += copyNs * TICKS_PER_NS;
    r.slotActive[slot] = 1;
    p.recorder.activated(p.gpuBytes[rankClass], 0, copyNs);
    traceActivation(r, slot, rankClass, 0, true, nowNs);
    return;
  }
  r.slotActive[slot] = 0;
  const waitNs = p.activation.submit(slot, rankClass, nowNs, prefetch);
  p.recorder.activated(p.gpuBytes[rankClass], waitNs, copyNs);
  traceActivation(r, slot, rankClass, waitNs, false, nowNs);
}

function traceActivation(
  r: ReplicaState,
  slot: number,
  rankClass: number,
  waitNs: number,
  blocking: boolean,
  nowNs: number,
): void {
  if (r.tracer === null) return;
  const copyNs = r.p.copyNs[rankClass];
  r.tracer.activation(r.p.number, r.gpu.adapterAt(slot), rankClass, waitNs, copyNs, blocking, nowNs);
}

export function releaseSlot(r: ReplicaState, request: number): void {
  const slot = r.t.slot[request];
  if (slot < 0) return;
  const { gpu } = r;
  gpu.unpin(slot);
  r.t.slot[request] = -1;
  if (r.limits.dropUnused) while (gpu.used > gpu.pinned) gpu.evictOne(-1);
}

/**
 * Copies to the GPU that are complete. A replica that runs looks for itself at its boundaries; the cell calls where it is idle
 * or where a prefetch is under way.
 */
export function processActivations(r: ReplicaState, nowNs: number): void {
  const { t } = r;
  for (;;) {
    const slot = r.p.activation.takeDone(nowNs);
    if (slot < 0) return;
    r.slotActive[slot] = 1;
    const { doneNs } = r.p.activation;
    if (r.prefetched[slot] === 1) prefetchDone(r, slot, nowNs);
    let request = r.slotWaiters[slot];
    r.slotWaiters[slot] = -1;
    while (request >= 0) {
      const following = t.next[request];
      t.next[request] = -1;
      r.activating--;
      stopWaiting(r, request, doneNs);
      enqueue(r, request, nowNs);
      request = following;
    }
  }
}

/** A prefetched adapter lets go of its slot: whoever waited for a slot or for memory may start. */
function prefetchDone(r: ReplicaState, slot: number, nowNs: number): void {
  r.prefetched[slot] = 0;
  r.p.activation.unwatch();
  r.gpu.unpin(slot);
  r.admissionDirty = true;
  r.kvBlocked = false;
  if (r.waiting.size > 0) wake(r, nowNs, -1);
}

/** Puts an adapter into the GPU tier (start states). Returns false where it is full. */
export function preloadGpu(r: ReplicaState, adapter: number, rankClass: number): boolean {
  if (r.gpu.used === r.gpu.entries || !takeAdapterBlocks(r, rankClass)) return false;
  const slot = r.gpu.insert(adapter, rankClass);
  if (slot < 0) return false;
  r.slotActive[slot] = 1;
  return true;
}

/** Puts an adapter into the GPU tier for good (start states). Returns false where it does not fit. */
export function keepOnGpu(r: ReplicaState, adapter: number, rankClass: number): boolean {
  if (r.gpu.find(adapter) < 0 && !preloadGpu(r, adapter, rankClass)) return false;
  const slot = r.gpu.find(adapter);
  r.gpu.pin(slot);
  r.kept[slot] = 1;
  r.keptSlots.push(slot);
  return true;
}

/** Starts a load into host memory that nobody waits for yet. False where it is there or cannot start now. */
export function prefetchHost(r: ReplicaState, adapter: number, rankClass: number, nowNs: number): boolean {
  if (r.host.find(adapter) >= 0 || r.loader.isLoading(adapter) || !r.loader.hasRoom) return false;
  r.loader.ask(adapter, rankClass, -1, nowNs);
  return true;
}

/** Starts the copy of an adapter into an idle slot, or its load into host memory where it is not there. */
export function prefetchGpu(r: ReplicaState, adapter: number, rankClass: number, nowNs: number): boolean {
  const { gpu, host, loader } = r;
  if (gpu.find(adapter) >= 0) return false;
  const entry = host.find(adapter);
  if (entry < 0 || loader.loading[entry] === 1) return prefetchHost(r, adapter, rankClass, nowNs);
  if (r.limits.blockingActivation || gpu.pinned >= r.limits.maxAdaptersPerBatch) return false;
  if (!takeAdapterBlocks(r, rankClass)) return false;
  const slot = gpu.insert(adapter, rankClass);
  if (slot < 0) {
    adapterEvicted(r, rankClass);
    return false;
  }
  host.touch(entry);
  activate(r, slot, rankClass, nowNs, true);
  if (r.slotActive[slot] === 0) {
    gpu.pin(slot);
    r.prefetched[slot] = 1;
  }
  return true;
}
