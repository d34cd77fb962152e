/**
 * Family `updates`: when the adapters of a cell are trained anew. A law answers to time, to what its adapter served, or to both;
 * whether training may begin (one writer a record) is the lifecycle's affair.
 */
import type { Entry } from '../../../scenario/family.ts';
import type { Prng } from '../../random/prng.ts';

export interface UpdateContext {
  /** Adapters of the cell, ≥ 1: numbers 0 … adapters − 1. */
  readonly adapters: number;
  /** A stream that nothing else draws from. */
  readonly random: Prng;
  /** 32 bits that name the cell, for keyed orders. */
  readonly key: number;
}

export interface UpdateLaw {
  /** When time alone asks for the next revision, integer ns, never earlier than the last; Infinity: never. */
  readonly nextNs: number;
  /** The adapter that it asks for. */
  readonly adapter: number;
  /** Moves to the update after this one. */
  advance(): void;
  /** A request of the adapter was answered. True where enough was gathered to train on; it stays gathered until `taken`. */
  served(adapter: number, tokens: number): boolean;
  /** Training began on what was gathered. */
  taken(adapter: number): void;
}

export interface UpdateEntry<P = unknown> extends Entry<P> {
  create(params: P, context: UpdateContext): UpdateLaw;
}
