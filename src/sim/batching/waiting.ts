/** How requests come to wait: for a load, in the queue for a place in the batch; and how they wake the replica. */
import { TRACE_ADAPTER_WAIT, TRACE_QUEUE } from '../recorder.ts';
import { LOAD_JOINED, LOAD_REFUSED } from '../residency/loader.ts';
import { IDLE, type ReplicaState, RUNNING, WOKEN } from './replica-state.ts';
import { LOADING, QUEUED } from './request-table.ts';

/**
 * Asks the loader for the request's adapter and makes the request wait for it. Where the loader's queue is full the request is
 * refused (and does not come back), unless it has started already: a preempted request has tokens that its user saw, so it asks again.
 */
export function load(r: ReplicaState, request: number, nowNs: number): void {
  const { t } = r;
  t.state[request] = LOADING;
  startWaiting(r, request, nowNs);
  const outcome = r.loader.ask(t.adapter[request], t.rankClass[request], request, nowNs);
  if (outcome === LOAD_JOINED) r.p.recorder.dedupJoin(t.cohort[request]);
  else if (outcome === LOAD_REFUSED) {
    if (t.startNs[request] < 0) r.p.ended(request, 2, nowNs);
    else r.askingAgain.push(request);
  }
}

/**
 * Two-phase readiness (MinT, arXiv 2605.13779v2, section 5.3): an adapter that is registered only begins to be prewarmed, one that is
 * being prewarmed goes on, and the request is refused either way and does not come back.
 */
export function refuseUnready(r: ReplicaState, request: number, nowNs: number): void {
  const { t } = r;
  const outcome = r.loader.ask(t.adapter[request], t.rankClass[request], -1, nowNs);
  if (outcome === LOAD_JOINED) r.p.recorder.dedupJoin(t.cohort[request]);
  r.p.ended(request, 2, nowNs);
}

/** A load ended and left room in the loader's queue: preempted requests that found it full ask again, in their order. */
export function askAgain(r: ReplicaState, nowNs: number): void {
  const { t, askingAgain } = r;
  let kept = 0;
  for (const request of askingAgain) {
    const adapter = t.adapter[request];
    const entry = r.host.find(adapter);
    if (r.gpu.find(adapter) >= 0 || (entry >= 0 && r.loader.loading[entry] === 0)) {
      stopWaiting(r, request, nowNs);
      enqueue(r, request, nowNs);
      continue;
    }
    const outcome = r.loader.ask(adapter, t.rankClass[request], request, nowNs);
    if (outcome === LOAD_JOINED) r.p.recorder.dedupJoin(t.cohort[request]);
    if (outcome === LOAD_REFUSED) askingAgain[kept++] = request;
  }
  askingAgain.length = kept;
}

/** From now on it waits for its adapter, unless it does already. */
export function startWaiting(r: ReplicaState, request: number, nowNs: number): void {
  const { t } = r;
  if (t.waitingSinceNs[request] >= 0) return;
  t.waitingSinceNs[request] = nowNs;
  if (r.tracer !== null) r.tracer.phase(request, TRACE_ADAPTER_WAIT, nowNs);
}

export function stopWaiting(r: ReplicaState, request: number, nowNs: number): void {
  const { t } = r;
  const since = t.waitingSinceNs[request];
  if (since < 0) return;
  // What a preempted request waits for its adapter again is no part of the time before its start.
  if (t.startNs[request] < 0) t.adapterWaitNs[request] += nowNs - since;
  t.waitingSinceNs[request] = -1;
  if (r.tracer !== null) r.tracer.phase(request, TRACE_QUEUE, nowNs);
}

export function enqueue(r: ReplicaState, request: number, nowNs: number): void {
  const { t } = r;
  t.state[request] = QUEUED;
  if (r.tracer !== null) r.tracer.phase(request, TRACE_QUEUE, nowNs);
  r.waiting.push(request, r.keyOf(request));
  r.admissionDirty = true;
  const abortNs = t.arrivalNs[request] + r.limits.abortAfterNs + 1;
  if (abortNs < r.nextAbortNs) r.nextAbortNs = abortNs;
  for (const rule of r.startRules) r.nextRuleNs = Math.min(r.nextRuleNs, rule.dueNs(r, request));
  wake(r, nowNs, request);
}

/** Lets the batch form anew as soon as it can: at once where the replica is idle, else at the next step boundary. */
export function wake(r: ReplicaState, nowNs: number, request: number): void {
  if (r.mode === IDLE) {
    r.mode = WOKEN;
    r.p.schedule(nextPollNs(r, nowNs));
  } else if (r.mode === RUNNING && !r.stepHasPrefill && r.plannedSteps > 1) {
    interrupt(r, nowNs, request);
  }
}

/** When an idle replica sees what came at `nowNs`. */
export function nextPollNs(r: ReplicaState, nowNs: number): number {
  const { idlePollNs: poll, readyNs } = r.limits;
  const nextNs = poll === 0 ? nowNs : r.idleSinceNs + Math.ceil((nowNs - r.idleSinceNs) / poll) * poll;
  return Math.max(nextNs, readyNs);
}

/** The batch is empty: nothing starts before the next look at what is waiting. */
export function sleepUntilPoll(r: ReplicaState, nowNs: number): void {
  r.idleSinceNs = nowNs;
  const more = r.waiting.size > 0 || r.loader.awaitingEngine.length > 0;
  r.mode = more ? WOKEN : IDLE;
  r.p.schedule(more ? nowNs + r.limits.idlePollNs : Number.POSITIVE_INFINITY);
  r.p.activation.watch();
}

/** Steps of the run under way, or about to be planned, before the next batch may form. */
export function gatedSteps(r: ReplicaState, steps: number): number {
  return Math.max(steps, r.gateStep - r.steps);
}

/** Cuts the decode run at the next step boundary if the newcomer could start there. */
function interrupt(r: ReplicaState, nowNs: number, request: number): void {
  const dueNs = Math.min(r.nextAbortNs, r.nextRuleNs);
  if (dueNs < Number.POSITIVE_INFINITY) {
    // A request that waited for its load may be late already.
    cut(r, gatedSteps(r, r.run.stepsUntil(Math.max(nowNs, dueNs))));
  }
  for (const rule of r.startRules) if (rule.heedsArrivals) cut(r, gatedSteps(r, r.run.stepsUntil(nowNs)));
  if (r.running + r.activating >= r.limits.maxBatch) return;
  if (r.kvBlocked && !r.waiting.isFirstReady(request)) return;
  if (request >= 0 && r.t.adapter[request] >= 0 && r.t.slot[request] < 0 && isStarved(r, request)) return;
  cut(r, gatedSteps(r, r.run.stepsUntil(nowNs)));
}

export function cut(r: ReplicaState, steps: number): void {
  if (steps >= r.plannedSteps) return;
  r.plannedSteps = steps;
  r.p.schedule(r.run.boundaryNs(steps));
}

/** No slot can be had for its adapter: it is not in a pinned slot, and no further slot may be pinned. */
export function isStarved(r: ReplicaState, request: number): boolean {
  if (r.gpu.pinned < r.slotLimit) return false;
  const slot = r.gpu.find(r.t.adapter[request]);
  return slot < 0 || r.gpu.pins[slot] === 0;
}

/** The first waiting request has its slot: whoever was parked for the same adapter can have it too. */
export function removeFirst(r: ReplicaState, request: number): void {
  r.waiting.removeFirst();
  r.waiting.wake(r.t.adapter[request], r.keyOf);
}
