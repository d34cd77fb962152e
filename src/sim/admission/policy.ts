/** Whether a request may enter the system at all. A refusal is final and counted; closed loops and sessions are told. */
import type { Entry } from '../../scenario/family.ts';

export interface AdmissionContext {
  readonly cohorts: number;
  /** Requests in the cell that were admitted and have not ended. */
  inFlight(): number;
}

export interface AdmissionPolicy {
  admit(user: number, cohort: number, promptTokens: number, nowNs: number): boolean;
}

export interface AdmissionEntry<P = unknown> extends Entry<P> {
  create(params: P, context: AdmissionContext): AdmissionPolicy;
}
