/**
 * Who starts: one pass over the waiting requests in scheduling order, at a step boundary. It costs O(requests that start) tries;
 * with a start rule (serving.drain, serving.merge.adaptive) everything that is blocked is taken out and put back: O(W log W) for W
 * waiting requests.
 */
import { TICKS_PER_NS } from '../cost/step-cost.ts';
import { invariant } from '../invariants.ts';
import { TRACE_PREFILL } from '../recorder.ts';
import { releaseSlot, takeSlot } from './adapter-slots.ts';
import { reclaim } from './block-pool.ts';
import { join } from './membership.ts';
import { peakFits } from './peak-memory.ts';
import type { ReplicaState } from './replica-state.ts';
import { PREFILLING, QUEUED } from './request-table.ts';
import { isStarved, removeFirst, startWaiting } from './waiting.ts';

export function admit(r: ReplicaState, nowNs: number): void {
  if (r.startRules.length === 0) {
    pass(r, nowNs, NOBODY);
    return;
  }
  const before = r.waiting.size;
  let changed = false;
  for (const rule of r.startRules) if (rule.update(r, nowNs)) changed = true;
  const aside: number[] = [];
  pass(r, nowNs, aside);
  for (const request of aside) r.waiting.push(request, r.keyOf(request));
  // Whoever holds the line now may be one that a rule puts aside a step later.
  if (changed || r.kvBlocked || r.waiting.size < before) r.admissionDirty = true;
  // Who is put aside may stand before the one that holds the line.
  if (aside.length > 0) r.kvBlocked = false;
}

const NOBODY: number[] = [];

/** @param aside requests that a start rule blocks: out of the queue until the pass is over */
function pass(r: ReplicaState, nowNs: number, aside: number[]): void {
  const { waiting, t, limits, gpu } = r;
  r.admissionDirty = false;
  r.kvBlocked = false;
  r.peakBlocked = -1;
  /** A unified pool had no blocks for an adapter: parked requests would fail the same way. */
  let poolFull = false;
  /** Merged for good: the window is to the first request of the adapter in the weights, the others of that adapter stand behind it. */
  let windowed = limits.alwaysMerged && limits.skipWindow < Number.POSITIVE_INFINITY;
  while (r.running + r.activating < limits.maxBatch && r.prefillCount < limits.maxPrefills) {
    const request = waiting.first(!poolFull && gpu.pinned < r.slotLimit);
    if (request < 0) return;
    if (r.p.scheduling.dynamic && rekey(r, request)) continue;
    if (r.startRules.length > 0 && isBlocked(r, request)) {
      waiting.removeFirst();
      aside.push(request);
      continue;
    }
    const needsSlot = t.adapter[request] >= 0 && t.slot[request] < 0;
    if (needsSlot && isStarved(r, request)) {
      if (!park(r, request, nowNs)) return;
      continue;
    }
    if (windowed && waiting.parkedBefore(request, r.keyOf) > limits.skipWindow) return;
    windowed = false;
    // A swapped-in request decodes at once and may need a further block in its first step.
    const blocks = r.kv.blocksFor(t.prefillTotal[request]);
    const wanted = t.prefillLeft[request] === 0 ? blocks + 1 : blocks;
    if (limits.reservePeak && !peakFits(r, request)) {
      r.peakBlocked = request;
      r.kvBlocked = true;
      return;
    }
    if (!reclaim(r, wanted)) {
      r.kvBlocked = true;
      return;
    }
    if (limits.decodeBetweenPrefills > 0 && !fitsPrefill(r, request)) return;
    if (needsSlot && !takeSlot(r, request, nowNs)) {
      if (t.state[request] !== QUEUED) continue;
      poolFull = true;
      if (!park(r, request, nowNs)) return;
      continue;
    }
    // In a unified pool the adapter itself may have taken the blocks.
    if (!reclaim(r, wanted)) {
      releaseSlot(r, request);
      r.kvBlocked = true;
      return;
    }
    removeFirst(r, request);
    start(r, request, blocks, nowNs);
  }
}

function isBlocked(r: ReplicaState, request: number): boolean {
  for (const rule of r.startRules) if (rule.blocks(r, request)) return true;
  return false;
}

/** Whether requests may start now, or a number of decode steps comes first. */
export function gateOpen(r: ReplicaState): boolean {
  return r.decoding === 0 || r.steps >= r.gateStep;
}

/** Whether its whole prompt fits into the prefill that forms. */
function fitsPrefill(r: ReplicaState, request: number): boolean {
  if (r.prefillCount === 0) return true;
  let tokens = r.t.prefillLeft[request];
  for (let i = 0; i < r.prefillCount; i++) tokens += r.t.prefillLeft[r.prefilling[i]];
  return tokens <= r.limits.maxBatchTokens;
}

/** Parks the first waiting request. False where it may not be looked past: it holds the line. */
function park(r: ReplicaState, request: number, nowNs: number): boolean {
  startWaiting(r, request, nowNs);
  if (r.waiting.parkedCount >= r.limits.skipWindow && !r.limits.alwaysMerged) return false;
  r.waiting.parkFirst();
  return true;
}

/**
 * Waiting requests whose adapter was copied in time keep it pinned. Where that alone keeps the first of them from starting
 * (a unified pool, a narrow skip window), nothing would ever run again: they let go and the pass is repeated. The first
 * that may start keeps its own adapter, or it and the next would go on taking the pool's blocks in turn for their adapters.
 */
export function breakDeadlock(r: ReplicaState, nowNs: number): void {
  if (r.running + r.activating > 0 || r.waiting.size === 0) return;
  for (let keeper = firstToStart(r); r.running + r.activating === 0 && r.waiting.size > 0; keeper = -1) {
    r.waiting.forEach((request) => {
      if (request !== keeper) releaseSlot(r, request);
    });
    admit(r, nowNs);
    if (keeper < 0) return;
  }
}

/** The first waiting request that no rule puts aside; −1: all are. */
function firstToStart(r: ReplicaState): number {
  if (r.startRules.length === 0) return r.waiting.first(true);
  const { sequence } = r.t;
  let first = -1;
  let firstKey = 0;
  r.waiting.forEach((request) => {
    if (isBlocked(r, request)) return;
    const key = r.keyOf(request);
    if (first >= 0 && (key > firstKey || (key === firstKey && sequence[request] > sequence[first]))) return;
    first = request;
    firstKey = key;
  });
  return first;
}

/** Dynamic keys only grow: a stale first request is pushed back with its present key. */
function rekey(r: ReplicaState, request: number): boolean {
  const key = r.keyOf(request);
  if (key <= r.waiting.firstKey()) return false;
  r.waiting.removeFirst();
  r.waiting.push(request, key);
  return true;
}

/** Blocks of a preempted request that nobody was given since hold its tokens still: the last ones go first. */
function reuse(r: ReplicaState, request: number): void {
  const { t, kv } = r;
  const left = Math.max(0, t.keptBlocks[request] - (kv.taken - t.keptSince[request]));
  t.keptBlocks[request] = 0;
  t.prefillLeft[request] = Math.max(1, t.prefillTotal[request] - left * kv.blockTokens);
}

function start(r: ReplicaState, request: number, blocks: number, nowNs: number): void {
  const { t } = r;
  if (r.limits.prefixOfPreempted && t.keptBlocks[request] > 0) reuse(r, request);
  r.kv.freeBlocks -= blocks;
  r.kv.taken += blocks;
  t.blocks[request] = blocks;
  if (t.startNs[request] < 0) {
    t.startNs[request] = nowNs;
    // A fair scheduler charges the prompt when it selects the request, or one user could win a whole pass.
    const { scheduling } = r.p;
    if (scheduling.dynamic) scheduling.served(t.user[request], t.cohort[request], t.prompt[request], 0);
  }
  invariant(
    t.adapter[request] < 0 || r.gpu.adapterAt(t.slot[request]) === t.adapter[request],
    'INV-5',
    'admission',
    t.adapter[request] < 0 ? -1 : r.gpu.adapterAt(t.slot[request]),
    t.adapter[request],
  );
  if (r.limits.alwaysMerged && t.adapter[request] !== r.mergedAdapter) {
    r.stallTicks += (r.mergedAdapter < 0 ? 1 : 2) * r.limits.mergeNs * TICKS_PER_NS;
    r.mergedAdapter = t.adapter[request];
  }
  if (t.prefillLeft[request] === 0) {
    // Swapped out while it decoded: its KV comes back over PCIe and it goes on where it was.
    r.stallTicks += blocks * r.p.swapNsPerBlock * TICKS_PER_NS;
    const lastTokenNs = t.lastTokenNs[request];
    join(r, request, t.prefillTotal[request], nowNs);
    t.lastTokenNs[request] = lastTokenNs;
    r.held = true;
    return;
  }
  t.state[request] = PREFILLING;
  if (r.tracer !== null) r.tracer.phase(request, TRACE_PREFILL, nowNs);
  r.prefilling[r.prefillCount++] = request;
}
