/** The end of a step or run: what it cost is recorded, tokens are counted, requests finish. */
import { TICKS_PER_NS } from '../cost/step-cost.ts';
import type { Tracer } from '../recorder.ts';
import { releaseSlot } from './adapter-slots.ts';
import { join, quit } from './membership.ts';
import { PART_ATTENTION, PART_LAUNCH, type ReplicaState } from './replica-state.ts';

export function completeSteps(r: ReplicaState, nowNs: number): void {
  const k = r.plannedSteps;
  recordSteps(r, k, nowNs);
  if (r.stepDecodes) {
    const { kv, decoding } = r;
    const blocks = kv.blocksNeeded(r.steps, k);
    kv.freeBlocks -= blocks;
    kv.taken += blocks;
    // Kept a 32-bit integer: residues of it are taken at every join and leave.
    r.steps = (r.steps + k) | 0;
    r.attended += k * decoding;
    r.attendedWindowed += k * r.growing;
    r.lastDecodeNs = nowNs;
  }
  r.run.advance(k);
  r.stallTicks = 0;
  if (r.stepDecodes) {
    while (r.finishing.topKey() === r.steps) finish(r, r.finishing.pop(), nowNs);
    while (r.saturating.topKey() <= r.steps) {
      r.saturating.pop();
      r.growing--;
    }
  }
  if (r.stepHasPrefill) completePrefill(r, nowNs);
}

function recordSteps(r: ReplicaState, k: number, nowNs: number): void {
  const { run, p, decoding, runParts, stepParts } = r;
  for (let part = 0; part < runParts.length; part++) runParts[part] = k * stepParts[part];
  // Attention grows in a step that waits for the host too, and the wait shrinks by as much.
  const hidden = (r.hiddenGrowth * k * (k - 1)) / 2;
  runParts[PART_ATTENTION] += run.ticks(k) - k * run.first + hidden;
  runParts[PART_LAUNCH] -= hidden;
  if (r.tracer !== null) traceSteps(r, k, r.tracer);
  if (!r.stepDecodes || !r.held) {
    p.recorder.run(p.number, k, r.stepDecodes ? decoding : 0, run.first, run.growth, runParts, nowNs);
    if (!r.stepDecodes && decoding > 0) r.held = true;
    return;
  }
  // The first gaps after prefill-only steps or a swap-in differ from request to request: each is recorded by itself.
  p.recorder.run(p.number, 1, 0, run.first, 0, runParts, nowNs);
  for (let i = 0; i < decoding; i++) {
    const request = r.decoders[i];
    const since = r.t.joinStep[request] === r.steps ? r.t.lastTokenNs[request] : r.lastDecodeNs;
    p.recorder.gap((nowNs - since) * TICKS_PER_NS, 1);
  }
  r.held = false;
}

function traceSteps(r: ReplicaState, k: number, tracer: Tracer): void {
  const { run } = r;
  const prefilling = r.stepHasPrefill ? r.prefillCount : 0;
  let prefillTokens = 0;
  for (let i = 0; i < prefilling; i++) prefillTokens += r.chunks[i];
  tracer.batch(
    r.p.number,
    run.anchorNs,
    run.remainder,
    k,
    run.first,
    run.growth,
    r.stepDecodes ? r.decoding : 0,
    prefilling,
    prefillTokens,
    r.adapters.distinct,
    r.stepParts,
  );
}

function completePrefill(r: ReplicaState, nowNs: number): void {
  const { t, prefilling, chunks, adapters } = r;
  let kept = 0;
  for (let i = 0; i < r.prefillCount; i++) {
    const request = prefilling[i];
    const chunk = chunks[i];
    if (chunk > 0) {
      if (t.slot[request] >= 0) adapters.remove(t.slot[request], t.rankClass[request], chunk);
      t.prefillLeft[request] -= chunk;
      if (t.prefillLeft[request] === 0) {
        prefillDone(r, request, nowNs);
        continue;
      }
    }
    prefilling[kept++] = request;
  }
  if (kept < r.prefillCount) r.admissionDirty = true;
  r.gateStep = (r.steps + r.limits.decodeBetweenPrefills) | 0;
  r.prefillCount = kept;
}

function prefillDone(r: ReplicaState, request: number, nowNs: number): void {
  const { t, p } = r;
  t.generated[request]++;
  if (t.firstNs[request] < 0) {
    t.firstNs[request] = nowNs;
    const wait = t.adapterWaitNs[request];
    p.recorder.firstToken(
      t.cohort[request],
      t.user[request],
      t.arrivalNs[request],
      t.startNs[request] - t.arrivalNs[request] - wait,
      wait,
      nowNs,
      t.adapter[request],
    );
  } else {
    p.recorder.gap((nowNs - t.lastTokenNs[request]) * TICKS_PER_NS, 1);
  }
  if (t.generated[request] === t.output[request]) {
    r.kv.freeBlocks += t.blocks[request];
    leave(r, request, nowNs);
  } else {
    join(r, request, t.prefillTotal[request], nowNs);
  }
}

function finish(r: ReplicaState, request: number, nowNs: number): void {
  const { t, p } = r;
  quit(r, request);
  t.generated[request] = t.output[request];
  if (p.scheduling.dynamic) p.scheduling.served(t.user[request], t.cohort[request], 0, t.output[request]);
  leave(r, request, nowNs);
}

function leave(r: ReplicaState, request: number, nowNs: number): void {
  releaseSlot(r, request);
  r.admissionDirty = true;
  r.kvBlocked = false;
  r.p.ended(request, 0, nowNs);
}
