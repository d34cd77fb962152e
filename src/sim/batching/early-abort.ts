/**
 * Requests that waited too long are refused when a batch forms: they would miss their first token's deadline anyway, and without
 * them the rest need not (S-LoRA's early abort: slora/server/router/abort_req_queue.py).
 */
import { releaseSlot } from './adapter-slots.ts';
import type { ReplicaState } from './replica-state.ts';

export function abortExpired(r: ReplicaState, nowNs: number): void {
  const { t, limits } = r;
  const expired: number[] = [];
  let next = Number.POSITIVE_INFINITY;
  r.waiting.forEach((request) => {
    // A preempted request has tokens that its user saw.
    if (t.startNs[request] >= 0) return;
    const dueNs = t.arrivalNs[request] + limits.abortAfterNs + 1;
    if (dueNs <= nowNs) expired.push(request);
    else if (dueNs < next) next = dueNs;
  });
  r.nextAbortNs = next;
  for (const request of expired) {
    r.waiting.remove(request);
    releaseSlot(r, request);
    if (t.hostEntry[request] >= 0) {
      r.host.unpin(t.hostEntry[request]);
      t.hostEntry[request] = -1;
      r.loader.startQueued(nowNs);
    }
    r.p.ended(request, 1, nowNs);
    r.admissionDirty = true;
  }
}
