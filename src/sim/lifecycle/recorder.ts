/**
 * What the lifecycle of adapters records into, beside the recorder of requests: `sim` owns the interface, `metrics` implements it.
 * Times are integer ns, tiers are numbered 0 object store, 1 disk, 2 host memory, 3 GPU. A recorder never influences the run.
 */
import type { Revisions } from './revisions.ts';

/** What can happen to a revision, or to the wish for one. */
export const LIFECYCLE_EVENTS = [
  'asked',
  /** Training could not begin: its record has a writer, or no revision for this base. */
  'refused',
  'registered',
  'rejected',
  'ready',
  'superseded',
  'rolled_back',
  'obsolete',
] as const;
export type LifecycleEvent = (typeof LIFECYCLE_EVENTS)[number];
export const ASKED = 0;
export const REFUSED = 1;
export const REGISTERED = 2;
export const REJECTED_EVENT = 3;
export const PUBLISHED = 4;
export const REPLACED = 5;
export const ROLLED_BACK_EVENT = 6;
export const OBSOLETE_EVENT = 7;

/** What prewarming did for one holder of the revision before. */
export const PREWARM_OUTCOMES = ['host', 'disk', 'refused'] as const;

/** What the tiers hold, sampled: entries of the GPU and of host memory, and those of them that no new request will use. */
export const STALE_GAUGES = ['gpu_entries', 'gpu_stale', 'host_entries', 'host_stale', 'host_stale_bytes'] as const;

export interface LifecycleRecorder {
  event(kind: number, nowNs: number): void;
  /** A revision came into use this long after it was registered. */
  published(sinceRegisteredNs: number, nowNs: number): void;
  /**
   * A request reached its replica, pinned to its adapter's revision in use. A newer one had been registered `behindNs` before
   * and was not ready yet; −1: there was none.
   */
  pinned(behindNs: number, nowNs: number): void;
  /** A request for a new revision found it in `tier`; another revision of its adapter was in the higher tier `other`. */
  staleLookup(tier: number, other: number, bytes: number, startedLoad: boolean, nowNs: number): void;
  /** The base alone serves a request, whose adapter has no revision for it yet. */
  withoutAdapter(nowNs: number): void;
  /** A request finished; `latest`: its revision was still the one in use. */
  served(latest: boolean, nowNs: number): void;
  /** First token of the first request that finished on a revision, since the revision was registered. */
  firstServed(sinceRegisteredNs: number, nowNs: number): void;
  prewarmed(outcome: number, bytes: number, nowNs: number): void;
  /** Values of STALE_GAUGES now. */
  residents(values: Float64Array, nowNs: number): void;
  /** The run ended with this lineage. */
  lineage(revisions: Revisions): void;
}
