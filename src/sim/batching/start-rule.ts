/**
 * What keeps waiting requests from starting though a place, memory and a slot are there. Rules are asked in a pass over the queue, which
 * a change of theirs repeats at the next boundary: between two passes they must only change by the clock (`ReplicaState.nextRuleNs`),
 * or jumping over steps would show.
 */
import type { ReplicaState } from './replica-state.ts';

export interface StartRule {
  /** An arrival alone may change what the rule says. */
  readonly heedsArrivals: boolean;
  /** At the beginning of a pass. True: it changed its mind. O(waiting + running). */
  update(r: ReplicaState, nowNs: number): boolean;
  blocks(r: ReplicaState, request: number): boolean;
  /** A request joined the waiting ones: ns from which it counts for the rule, Infinity where time does not matter. */
  dueNs(r: ReplicaState, request: number): number;
}

/** Every request that is waiting, being copied for, prefilled or decoded. */
export function forEachUnfinished(r: ReplicaState, visit: (request: number) => void): void {
  r.waiting.forEach(visit);
  forEachInBatch(r, visit);
}

/** Requests that hold a place in the batch. */
export function forEachInBatch(r: ReplicaState, visit: (request: number) => void): void {
  for (let i = 0; i < r.decoding; i++) visit(r.decoders[i]);
  for (let i = 0; i < r.prefillCount; i++) visit(r.prefilling[i]);
  if (r.activating === 0) return;
  for (let slot = 0; slot < r.slotWaiters.length; slot++) {
    for (let request = r.slotWaiters[slot]; request >= 0; request = r.t.next[request]) visit(request);
  }
}
