/** The next step, or the longest run of decode steps whose batch cannot change from within. */
import type { StepCost } from '../cost/step-cost.ts';
import { invariant } from '../invariants.ts';
import { admit, breakDeadlock } from './admission.ts';
import { stepsUntilPeakFits } from './peak-memory.ts';
import { makeRoom } from './preemption.ts';
import {
  IDLE,
  PART_ATTENTION,
  PART_BASE,
  PART_COLLECTIVE,
  PART_LAUNCH,
  PART_LORA,
  PART_STALL,
  type ReplicaState,
  RUNNING,
  WOKEN,
} from './replica-state.ts';
import { gatedSteps } from './waiting.ts';

export function startSteps(r: ReplicaState, nowNs: number): void {
  const { p, kv } = r;
  if (r.prefillCount > 0 && r.limits.mixedSteps) {
    while (r.decoding > 0 && kv.blocksNeeded(r.steps, 1) > kv.freeBlocks) {
      makeRoom(r, kv.blocksNeeded(r.steps, 1), nowNs);
    }
  }
  if (r.prefillCount > 0) {
    startPrefillStep(r);
  } else if (!startDecodeRun(r, nowNs)) {
    r.stallTicks = 0;
    if (r.loader.awaitingEngine.length > 0) {
      r.mode = WOKEN;
      p.schedule(nowNs);
      return;
    }
    r.mode = IDLE;
    invariant(r.waiting.size === 0 || r.p.activation.pending > 0, 'INV-6', 'replica', r.waiting.size, 0);
    p.schedule(Number.POSITIVE_INFINITY);
    p.activation.watch();
    return;
  }
  r.mode = RUNNING;
  p.schedule(r.run.boundaryNs(r.plannedSteps));
}

/** Plans the longest run of decode steps whose batch cannot change from within. False: nothing decodes. */
function startDecodeRun(r: ReplicaState, nowNs: number): boolean {
  const { kv } = r;
  let fit = 0;
  let steps = 0;
  while (r.decoding > 0) {
    steps = r.finishing.topKey() - r.steps;
    const saturation = r.saturating.topKey() - r.steps;
    if (saturation < steps) steps = saturation;
    if (r.held || r.stallTicks > 0 || (r.loader.awaitingEngine.length > 0 && r.nextBuildNs <= nowNs)) steps = 1;
    // After a preemption an earlier request may start at the next boundary: it needs less than was given back. Whoever waits
    // for the steps between two prefills may start when they are done.
    else if (r.admissionDirty && (r.waiting.size > 0 || r.startRules.length > 0))
      steps = Math.min(steps, Math.max(1, r.gateStep - r.steps));
    fit = kv.stepsThatFit(r.steps, steps);
    if (fit > 0) break;
    makeRoom(r, kv.blocksNeeded(r.steps, 1), nowNs);
  }
  if (r.decoding === 0) {
    // Everything was preempted: what was put back may start at once.
    if (!r.admissionDirty || r.waiting.size === 0) return false;
    admit(r, nowNs);
    breakDeadlock(r, nowNs);
    if (r.prefillCount === 0) return r.decoding > 0 && startDecodeRun(r, nowNs);
    startPrefillStep(r);
    return true;
  }
  const { cost, run, decoding } = r;
  const lora = r.merged ? 0 : cost.lora(r.adapters, decoding);
  const attention = cost.attendedTicks * r.attended + cost.windowedTicks * r.attendedWindowed;
  let host = cost.requestTicks * decoding;
  run.first = cost.base[decoding] + host + attention + lora;
  run.growth = cost.attendedTicks * decoding + cost.windowedTicks * r.growing;
  r.hiddenGrowth = 0;
  const wait = waitForHost(cost, decoding, decoding, run.first);
  if (wait > 0) {
    // The device is the longer one again after so many steps.
    if (run.growth > 0) fit = Math.min(fit, Math.ceil(wait / run.growth));
    r.hiddenGrowth = run.growth;
    run.growth = 0;
    run.first += wait;
    host += wait;
  }
  run.first += r.stallTicks;
  r.plannedSteps = run.limit(fit);
  if (r.activating > 0) {
    // Whoever waits for a copy may start at the first boundary after it is complete.
    const steps = run.stepsUntil(r.p.activation.nextNs());
    if (steps < r.plannedSteps) r.plannedSteps = steps;
  }
  r.peakRetryStep = Number.POSITIVE_INFINITY;
  if (r.peakBlocked >= 0) {
    const steps = gatedSteps(r, stepsUntilPeakFits(r, r.plannedSteps));
    // It may fit just where the run ends anyway.
    if (steps <= r.plannedSteps) {
      r.plannedSteps = steps;
      r.peakRetryStep = r.steps + steps;
    }
  }
  const dueNs = Math.min(r.nextAbortNs, r.nextRuleNs);
  if (dueNs < Number.POSITIVE_INFINITY) {
    const steps = gatedSteps(r, run.stepsUntil(dueNs));
    if (steps < r.plannedSteps) r.plannedSteps = steps;
  }
  if (r.loader.awaitingEngine.length > 0) {
    const steps = run.stepsUntil(r.nextBuildNs);
    if (steps < r.plannedSteps) r.plannedSteps = steps;
  }
  r.stepHasPrefill = false;
  r.stepDecodes = true;
  recordParts(r, decoding, host, lora);
  return true;
}

/** One step with prefill chunks; in mixed steps the decoding requests ride along. */
function startPrefillStep(r: ReplicaState): void {
  const { t, cost, limits, chunks, adapters } = r;
  r.stepDecodes = limits.mixedSteps;
  const decoders = r.stepDecodes ? r.decoding : 0;
  let budget = limits.maxBatchTokens - decoders;
  let tokens = decoders;
  let requests = decoders;
  let begun = 0;
  let attention = decoders === 0 ? 0 : cost.attendedTicks * r.attended + cost.windowedTicks * r.attendedWindowed;
  const idleDecoders = r.stepDecodes ? 0 : r.decoding;
  if (idleDecoders > 0) setDecodersInStep(r, false);
  for (let i = 0; i < r.prefillCount; i++) {
    const request = r.prefilling[i];
    const left = t.prefillLeft[request];
    let chunk = left < budget ? left : budget;
    if (!limits.chunkedPrefill && chunk < left) {
      // Whole prompts only, in order: what does not fit waits with everything behind it.
      chunk = tokens === 0 ? left : 0;
      budget = chunk;
    }
    chunks[i] = chunk;
    if (chunk === 0) continue;
    budget -= chunk;
    tokens += chunk;
    requests++;
    if (left === t.prefillTotal[request]) begun++;
    attention += cost.prefillAttention(chunk, t.prefillTotal[request] - left);
    if (t.slot[request] >= 0) adapters.add(t.slot[request], t.rankClass[request], chunk);
  }
  const lora = r.merged ? 0 : cost.lora(adapters, tokens);
  let host = cost.requestTicks * requests + cost.promptTicks * begun;
  const device = cost.base[tokens] + host + attention + lora;
  const wait = waitForHost(cost, tokens, requests, device);
  host += wait;
  r.run.first = device + wait + r.stallTicks;
  r.run.growth = 0;
  r.hiddenGrowth = 0;
  r.plannedSteps = 1;
  // Requests that ride along come nearer to their end.
  if (r.peakBlocked >= 0 && r.stepDecodes) r.peakRetryStep = r.steps + 1;
  r.stepHasPrefill = true;
  recordParts(r, tokens, host, lora);
  if (idleDecoders > 0) setDecodersInStep(r, true);
}

/** Ticks that the device waits in a step for the host's work beside it. */
function waitForHost({ beside }: StepCost, tokens: number, requests: number, device: number): number {
  return beside === null ? 0 : Math.max(0, beside.step[tokens] + beside.requestTicks * requests - device);
}

/** Takes the decoding requests' adapters out of the step's LoRA features, or puts them back. */
function setDecodersInStep(r: ReplicaState, present: boolean): void {
  const { t, adapters } = r;
  for (let i = 0; i < r.decoding; i++) {
    const request = r.decoders[i];
    if (t.slot[request] < 0) continue;
    if (present) adapters.add(t.slot[request], t.rankClass[request], 1);
    else adapters.remove(t.slot[request], t.rankClass[request], 1);
  }
}

/** Cost parts of the first step of what was planned. */
function recordParts(r: ReplicaState, tokens: number, host: number, lora: number): void {
  const { cost, run, stepParts: parts } = r;
  const collective = cost.collective[tokens];
  const base = cost.base[tokens] - collective - cost.launch[tokens];
  const launch = cost.launch[tokens] + host;
  parts[PART_BASE] = base;
  parts[PART_LORA] = lora;
  parts[PART_COLLECTIVE] = collective;
  parts[PART_LAUNCH] = launch;
  parts[PART_STALL] = r.stallTicks;
  parts[PART_ATTENTION] = run.first - base - lora - collective - launch - r.stallTicks;
}
