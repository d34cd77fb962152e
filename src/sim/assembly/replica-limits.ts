/** The limits that a scenario's serving section puts on a replica: a published engine is a set of these. */
import type { Scenario } from '../../scenario/scenario.ts';
import { startupSeconds } from '../../scenario/startup.ts';
import type { ReplicaLimits } from '../batching/replica-state.ts';
import { toNs } from '../clock.ts';
import { mergeSeconds } from '../cost/merged.ts';

export function replicaLimits(scenario: Scenario): ReplicaLimits {
  const { serving } = scenario;
  const { loader, kv, drain, readiness } = serving;
  return {
    maxBatch: serving.max_batch,
    maxBatchTokens: serving.max_batch_tokens,
    // Merged weights serve one adapter.
    maxAdaptersPerBatch: alwaysMerged(scenario) ? 1 : Math.min(serving.max_adapters_per_batch, serving.slots),
    chunkedPrefill: serving.chunked_prefill,
    mixedSteps: serving.chunked_prefill || serving.mixed_steps === true,
    skipWindow: serving.skip_window,
    swap: kv.preemption === 'swap',
    prefixOfPreempted: kv.preempted_prefix === 'cached',
    blockingActivation: loader.activation === 'blocking',
    decodeBetweenPrefills: serving.decode_between_prefills ?? 0,
    maxPrefills: serving.max_prefills ?? Number.POSITIVE_INFINITY,
    reservePeak: kv.reserve === 'peak',
    dropUnused: serving.tiers.gpu.keep === 'while-used',
    abortAfterNs: abortAfterNs(serving),
    idlePollNs: toNs(serving.idle_poll ?? 0),
    buildsPerStep: loader.builds_per_step ?? Number.POSITIVE_INFINITY,
    readyNs: toNs(startupSeconds(scenario)),
    mergeNs: mergeNs(scenario),
    alwaysMerged: alwaysMerged(scenario),
    adaptiveMerge: serving.merge?.adaptive ?? null,
    drain: drain === undefined ? null : { afterNs: toNs(drain.after), tolerance: drain.tolerance },
    refuseUnready: readiness?.unready === 'refuse',
    buildGapNs: toNs(readiness?.gap ?? 0),
  };
}

/** Whatever runs: not only while one adapter has most of it. */
export function alwaysMerged({ serving }: Scenario): boolean {
  return serving.merge !== undefined && serving.merge.adaptive === undefined;
}

/** What it holds up to merge an adapter into the weights and take another out, ns; 0 where none is ever merged. */
export function mergeNs(scenario: Scenario): number {
  return scenario.serving.merge === undefined ? 0 : toNs(mergeSeconds(scenario));
}

function abortAfterNs({ early_abort }: Scenario['serving']): number {
  return early_abort === undefined ? Number.POSITIVE_INFINITY : toNs(early_abort.deadline - early_abort.margin);
}
