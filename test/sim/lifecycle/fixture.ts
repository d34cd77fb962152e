/** Random lifecycles for systems of the engine's tests: wishes at given times, fates by arithmetic instead of draws. */
import fc from 'fast-check';
import type { Lifecycle } from '../../../src/scenario/scenario.ts';
import type { Fate } from '../../../src/sim/lifecycle/lifecycle.ts';
import { REVISION_STATES, type Revisions } from '../../../src/sim/lifecycle/revisions.ts';
import type { UpdateLaw } from '../../../src/sim/lifecycle/updates/law.ts';
import type { PlainRevision } from './plain.ts';

export const revisionSettings = fc.record({
  wishes: fc.array(fc.record({ at: fc.nat(64), adapter: fc.nat(1e6) }), { minLength: 1, maxLength: 30 }),
  training: fc.constantFrom(0, 0, 40_000, 3_000_000),
  evaluation: fc.constantFrom(0, 0, 25_000, 2_000_000),
  /** One revision in so many fails its gate, or is rolled back; 0: none. */
  fails: fc.constantFrom(0, 2, 3),
  bad: fc.constantFrom(0, 1, 2, 3),
  rollbackAfter: fc.constantFrom(0, 30_000, 2_500_000),
  prewarm: fc.boolean(),
});
export type RevisionSettings = typeof revisionSettings extends fc.Arbitrary<infer S> ? S : never;

/** Wishes in the order in which they come, at the moments of arrivals among others. */
export function wishesOf({ wishes }: RevisionSettings, system: { spread: number; adapters: number }) {
  return wishes
    .map(({ at, adapter }) => ({ ns: Math.round((at / 64) * system.spread), adapter: adapter % system.adapters }))
    .sort((a, b) => a.ns - b.ns);
}

export function fateOf(s: RevisionSettings): Fate {
  const oneIn = (n: number, adapter: number, number: number) => n > 0 && (adapter + 2 * number) % n === 0;
  return {
    trainingNs: (adapter, number) => s.training * ((adapter + number) % 3),
    evaluationNs: (adapter, number) => s.evaluation * ((2 * adapter + number) % 3),
    passes: (adapter, number) => !oneIn(s.fails, adapter, number),
    rollbackNs: (adapter, number) => (oneIn(s.bad, adapter, number) ? s.rollbackAfter * (1 + (number % 2)) : Infinity),
  };
}

export function listOf(wishes: readonly { ns: number; adapter: number }[]): UpdateLaw {
  let at = 0;
  return {
    get nextNs() {
      return wishes[at]?.ns ?? Infinity;
    },
    get adapter() {
      return wishes[at].adapter;
    },
    advance() {
      at++;
    },
    served: () => false,
    taken() {},
  };
}

const none = { name: 'fixed', params: { value: 0 } };

export const lifecycleOf = ({ prewarm }: { prewarm: boolean }): Lifecycle => ({
  updates: { name: 'poisson', params: { rate: 1 } },
  training: none,
  evaluation: { duration: none, pass: 1 },
  prewarm: prewarm ? 'host' : 'none',
  rollback: { share: 0, after: none },
  base_upgrade: null,
});

/** What both say of every revision, in the order in which they were begun. */
export const lineageOf = (r: Revisions) =>
  Array.from({ length: r.count }, (_, n) => ({
    adapter: r.adapter[n],
    number: r.number[n],
    parent: r.parent[n] < r.adapters ? 0 : r.number[r.parent[n] - r.adapters],
    state: REVISION_STATES[r.state[n]] as string,
    readyNs: Number.isNaN(r.readyNs[n]) ? null : r.readyNs[n],
  }));

export const plainLineage = (all: readonly PlainRevision[]) =>
  all.map(({ adapter, number, parent, state, readyNs }) => ({
    adapter,
    number,
    parent: parent?.number ?? 0,
    state,
    readyNs,
  }));
