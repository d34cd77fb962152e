/** Memory ran out: the youngest request gives way to the decoding ones. */
import { TICKS_PER_NS } from '../cost/step-cost.ts';
import { releaseSlot } from './adapter-slots.ts';
import { reclaim } from './block-pool.ts';
import { quit } from './membership.ts';
import type { ReplicaState } from './replica-state.ts';
import { enqueue } from './waiting.ts';

/** Frees KV memory for the decoding requests: idle adapters of a unified pool first, then the youngest request. */
export function makeRoom(r: ReplicaState, blocks: number, nowNs: number): void {
  if (reclaim(r, blocks)) return;
  const { t } = r;
  let youngest = -1;
  let prefillPlace = -1;
  for (let i = 0; i < r.decoding; i++) {
    const request = r.decoders[i];
    if (youngest < 0 || t.sequence[request] > t.sequence[youngest]) youngest = request;
  }
  for (let i = 0; i < r.prefillCount; i++) {
    const request = r.prefilling[i];
    if (youngest < 0 || t.sequence[request] > t.sequence[youngest]) {
      youngest = request;
      prefillPlace = i;
    }
  }
  if (prefillPlace >= 0) preemptPrefill(r, prefillPlace, nowNs);
  else preemptDecode(r, youngest, nowNs);
}

function preemptPrefill(r: ReplicaState, place: number, nowNs: number): void {
  const { t } = r;
  const request = r.prefilling[place];
  r.prefilling.copyWithin(place, place + 1, r.prefillCount);
  r.prefillCount--;
  r.kv.freeBlocks += t.blocks[request];
  t.prefillLeft[request] = t.prefillTotal[request];
  putBack(r, request, nowNs);
}

function preemptDecode(r: ReplicaState, request: number, nowNs: number): void {
  const { t } = r;
  t.lastTokenNs[request] = t.joinStep[request] === r.steps ? t.lastTokenNs[request] : r.lastDecodeNs;
  const produced = r.steps - t.joinStep[request];
  r.finishing.remove(request);
  const tokens = quit(r, request);
  t.generated[request] += produced;
  // Recompute prefills the prompt and everything generated, whose last token was not in KV memory yet; that prefill
  // produces the next token. Swap brings back what KV memory held and decodes on.
  t.prefillTotal[request] = r.limits.swap ? tokens : tokens + 1;
  t.prefillLeft[request] = r.limits.swap ? 0 : tokens + 1;
  if (r.limits.prefixOfPreempted) {
    t.keptBlocks[request] = Math.floor(tokens / r.kv.blockTokens);
    t.keptSince[request] = r.kv.taken;
  }
  if (r.limits.swap) r.stallTicks += r.kv.blocksFor(tokens) * r.p.swapNsPerBlock * TICKS_PER_NS;
  putBack(r, request, nowNs);
}

function putBack(r: ReplicaState, request: number, nowNs: number): void {
  releaseSlot(r, request);
  r.p.recorder.preempted(r.t.cohort[request]);
  enqueue(r, request, nowNs);
}
