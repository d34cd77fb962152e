/**
 * Adapters that the engine itself builds and registers between two steps (vLLM's add_lora runs in the executor), so that whoever
 * is in the batch waits: the interference of loads with traffic that MinT names (arXiv 2605.13779v2, section 5.3).
 */
import { TICKS_PER_NS } from '../cost/step-cost.ts';
import { HOLDING, IDLE, type ReplicaState, RUNNING, WOKEN } from './replica-state.ts';
import { cut, nextPollNs } from './waiting.ts';

/** There is something to build: at once where the replica is idle, else at the next step boundary. */
export function wakeToBuild(r: ReplicaState, nowNs: number): void {
  if (r.mode === IDLE) {
    r.mode = WOKEN;
    r.p.schedule(nextPollNs(r, nowNs));
  } else if (r.mode === RUNNING && !r.stepHasPrefill && r.plannedSteps > 1) {
    cut(r, r.run.stepsUntil(Math.max(nowNs, r.nextBuildNs)));
  }
}

/** Whether the engine may build now: nobody runs, or those who do have had the time between two builds that is theirs. */
export function mayBuild(r: ReplicaState, nowNs: number): boolean {
  return r.running === 0 || nowNs >= r.nextBuildNs;
}

/** The engine builds; the next batch forms when it is done, so that what arrives meanwhile can join. */
export function hold(r: ReplicaState, nowNs: number): void {
  r.heldSinceNs = r.running > 0 ? nowNs : -1;
  r.mode = HOLDING;
  const freeNs = r.loader.takeForEngine(r.limits.buildsPerStep, nowNs);
  r.nextBuildNs = freeNs + r.limits.buildGapNs;
  r.p.schedule(freeNs);
}

/** Requests in the batch waited for it: part of their next step. */
export function endHold(r: ReplicaState, nowNs: number): void {
  if (r.heldSinceNs < 0) r.run.restart(nowNs);
  else r.stallTicks += (nowNs - r.heldSinceNs) * TICKS_PER_NS;
}
