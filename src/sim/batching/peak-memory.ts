/**
 * Admission by the most memory that the batch will ever hold, as LightLLM and S-LoRA estimate it: were no request to join, the
 * batch would be largest in tokens at the end of one of its requests, when each that ends later has grown as long. The tokens
 * of the adapters in use come off what there is. Output lengths are taken as known (S-LoRA's traces ask for them).
 * Source: S-LoRA/S-LoRA, slora/server/router/req_queue.py. O(batch · log batch) for each request that is tried.
 */
import type { ReplicaState } from './replica-state.ts';

/** Tokens left to produce and tokens held so far share one sortable number. */
const SHIFT = 2 ** 24;

/** Whether the batch and this waiting request can run to their ends. Strict, as in the source. */
export function peakFits(r: ReplicaState, request: number): boolean {
  const { t, peakKeys } = r;
  let n = decodingKeys(r);
  for (let i = 0; i < r.prefillCount; i++) {
    const other = r.prefilling[i];
    peakKeys[n++] = leftBefore(r, other) * SHIFT + t.prefillTotal[other] + 1;
  }
  peakKeys[n++] = leftBefore(r, request) * SHIFT + t.prefillTotal[request] + 1;
  const keys = peakKeys.subarray(0, n).sort();
  let held = 0;
  let peak = 0;
  for (let i = 1; i <= n; i++) {
    const left = Math.floor(keys[n - i] / SHIFT);
    held += keys[n - i] - left * SHIFT;
    if (left * i + held > peak) peak = left * i + held;
  }
  return peak < roomFor(r, request);
}

/**
 * Steps, at most `most`, after which the request that the peak keeps waiting fits, while only decoding goes on. The total at
 * the end of a decoding request falls by one token a step where the newcomer outlives it; the total at the newcomer's own end
 * grows until one of those that outlive it does so no longer. So the search jumps: O(batch²) at worst, whatever the steps.
 */
export function stepsUntilPeakFits(r: ReplicaState, most: number): number {
  const request = r.peakBlocked;
  const room = roomFor(r, request);
  const newLeft = leftBefore(r, request);
  const newHeld = r.t.prefillTotal[request] + 1;
  const n = decodingKeys(r);
  const keys = r.peakKeys.subarray(0, n).sort();
  let steps = 1;
  for (let before = 0; steps !== before && steps < most; ) {
    before = steps;
    let held = 0;
    let atItsEnd = newHeld + newLeft;
    let outlives = Number.POSITIVE_INFINITY;
    for (let i = 1; i <= n; i++) {
      const left = Math.floor(keys[n - i] / SHIFT);
      const own = keys[n - i] - left * SHIFT;
      held += own;
      const later = newLeft >= left - before;
      const excess = held + i * left + (later ? newHeld + left - before : 0) - room + 1;
      if (excess > 0) {
        // Without the newcomer the total never changes.
        if (!later) return most;
        if (before + excess > steps) steps = before + excess;
      }
      if (left - before >= newLeft) {
        atItsEnd += own + before + newLeft;
        outlives = left;
      }
    }
    if (atItsEnd >= room) {
      if (outlives === Number.POSITIVE_INFINITY) return most;
      const next = outlives - newLeft + 1;
      if (next > steps) steps = next;
    }
  }
  return steps < most ? steps : most;
}

/** Keys of the decoding requests, at the front of the scratch; returns how many. */
function decodingKeys({ t, decoders, decoding, steps, peakKeys }: ReplicaState): number {
  for (let i = 0; i < decoding; i++) {
    const request = decoders[i];
    const since = steps - t.joinStep[request];
    peakKeys[i] = (t.output[request] - t.generated[request] - since - 1) * SHIFT + t.joinTokens[request] + since + 1;
  }
  return decoding;
}

/** Tokens that a request whose prefill is still to come has left after it. */
function leftBefore({ t }: ReplicaState, request: number): number {
  return t.output[request] - t.generated[request] - 1;
}

/** Tokens of KV memory without those of the adapters in use, this request's included (unified pool). */
function roomFor(r: ReplicaState, request: number): number {
  const { kv, t } = r;
  const { adapterBlocks } = r.p;
  let blocks = kv.totalBlocks;
  if (adapterBlocks !== null) {
    const mark = ++r.peakMark;
    for (let i = 0; i < r.decoding + r.prefillCount; i++) {
      const slot = t.slot[i < r.decoding ? r.decoders[i] : r.prefilling[i - r.decoding]];
      if (slot < 0 || r.peakMarks[slot] === mark) continue;
      r.peakMarks[slot] = mark;
      blocks -= adapterBlocks[r.gpu.classAt(slot)];
    }
    const adapter = t.adapter[request];
    if (adapter >= 0) {
      const slot = r.gpu.find(adapter);
      if (slot < 0 || r.peakMarks[slot] !== mark) blocks -= adapterBlocks[t.rankClass[request]];
    }
  }
  return blocks * kv.blockTokens;
}
