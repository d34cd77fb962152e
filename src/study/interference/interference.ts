/**
 * Where a cohort's lost time comes from: the scenario as it stands, without each mechanism that plays a part in it (mechanisms/),
 * and without all of them, under the same draws. Time is lost against one reference in all of them: what the same requests
 * take alone in the scenario as it stands.
 */
import type { Scenario } from '../../scenario/scenario.ts';
import type { Outcome } from '../outcome.ts';
import type { Trials } from '../trials.ts';
import { aloneOf, difference, type Estimates, estimates, type Losses, lossesOf, residual } from './loss.ts';
import { MECHANISM_KEYS, MECHANISMS, type MechanismKey } from './mechanisms/index.ts';

export interface Variant {
  /** Values without the mechanism, and what it adds: with it, less without it. Null where there is no result. */
  without: Estimates;
  effect: Estimates;
  /** How much longer the requests take alone than in the scenario as it stands, ms; null without a result. */
  alone_shift_ms: number | null;
  /** Requests that finished differ from those of the scenario as it stands: effects are not of the same requests alone. */
  other_requests: boolean;
  failure: string | null;
}

export interface CohortInterference {
  cohort: string;
  /** Null where none of its requests finished. */
  base: { losses: Estimates; alone_ms: number; finished: number } | null;
  mechanisms: Readonly<Partial<Record<MechanismKey, Variant>>>;
  /** All of them off; null where fewer than two play a part. */
  together: Variant | null;
  /** Effect of all together less the sum of each. */
  residual: Estimates | null;
}

export interface Interference {
  /** The cohort that mechanisms were switched off for. */
  asked: CohortInterference;
  /** The other cohorts, and all, in the same runs: without what was switched off for the asked cohort alone. */
  others: readonly CohortInterference[];
  /** Those that play no part in this scenario. */
  absent: readonly MechanismKey[];
}

export interface InterferenceOptions {
  scenario: Scenario;
  cohort: string;
  /** Keys of mechanisms; empty: all. */
  only: readonly MechanismKey[];
  trials: Trials;
}

/** Variants of the scenario, in the record's order. */
export function variantsOf(
  scenario: Scenario,
  cohort: string,
  only: readonly MechanismKey[] = [],
): { key: MechanismKey; scenario: Scenario }[] {
  return MECHANISM_KEYS.filter((key) => only.length === 0 || only.includes(key)).flatMap((key) => {
    const off = MECHANISMS[key].off(scenario, cohort);
    return off === null ? [] : [{ key, scenario: off }];
  });
}

/** One after the other; what an earlier one took away plays no part any more. */
export function withoutAll(scenario: Scenario, cohort: string, keys: readonly MechanismKey[]): Scenario {
  return keys.reduce((rest, key) => MECHANISMS[key].off(rest, cohort) ?? rest, scenario);
}

/** Mechanisms that change what other cohorts are. */
const OF_THE_ASKED: readonly MechanismKey[] = ['arrivals', 'neighbours'];

export async function interference({ scenario, cohort, only, trials }: InterferenceOptions): Promise<Interference> {
  const variants = variantsOf(scenario, cohort, only);
  const keys = variants.map(({ key }) => key);
  const several = variants.length > 1;
  const [base, ...found] = await trials.run([
    { scenario, label: 'as it stands' },
    ...variants.map(({ key, scenario: off }) => ({ scenario: off, label: `without ${MECHANISMS[key].label}` })),
    ...(several ? [{ scenario: withoutAll(scenario, cohort, keys), label: 'without all of them' }] : []),
  ]);
  const singles = new Map(keys.map((key, i) => [key, found[i]]));
  const together = several ? found[keys.length] : null;
  const { cohorts } = scenario.population;
  const names = ['all', ...(cohorts.length > 1 ? cohorts.map(({ name }) => name) : [])];
  const fair = new Map([...singles].filter(([key]) => !OF_THE_ASKED.includes(key)));
  return {
    asked: cohortInterference(cohort, base, singles, together),
    others: names.filter((name) => name !== cohort).map((name) => cohortInterference(name, base, fair, null)),
    absent: MECHANISM_KEYS.filter((key) => !keys.includes(key) && (only.length === 0 || only.includes(key))),
  };
}

/** Reduces outcomes, by replication, to one cohort's effects. */
export function cohortInterference(
  cohort: string,
  base: readonly Outcome[],
  singles: ReadonlyMap<MechanismKey, readonly Outcome[]>,
  together: readonly Outcome[] | null,
): CohortInterference {
  const references = base.map(({ rows }) => aloneOf(rows, cohort));
  const losses = (outcomes: readonly Outcome[]) =>
    outcomes.map(({ rows }, i) => {
      const reference = references[i];
      return reference === null ? null : lossesOf(rows, cohort, reference);
    });
  const on = losses(base);
  const variant = (outcomes: readonly Outcome[]) => variantOf(on, losses(outcomes), outcomes);
  const effects = [...singles.values()].map((outcomes) => effectsOf(on, losses(outcomes)));
  const whole = together === null ? null : effectsOf(on, losses(together));
  const known = on.filter((one) => one !== null);
  return {
    cohort,
    base:
      known.length < on.length
        ? null
        : {
            losses: estimates(on.map((one) => one?.measured ?? null)),
            alone_ms: mean(known.map(({ alone_ms }) => alone_ms)),
            finished: mean(known.map(({ finished }) => finished)),
          },
    mechanisms: Object.fromEntries([...singles].map(([key, outcomes]) => [key, variant(outcomes)])),
    together: together === null ? null : variant(together),
    residual:
      whole === null
        ? null
        : estimates(
            whole.map((one, i) =>
              residual(
                one,
                effects.map((of) => of[i]),
              ),
            ),
          ),
  };
}

type Replications = readonly (Losses | null)[];

const effectsOf = (on: Replications, off: Replications) =>
  on.map((one, i) => difference(one?.measured ?? null, off[i]?.measured ?? null));

function variantOf(on: Replications, off: Replications, outcomes: readonly Outcome[]): Variant {
  const shifts = on.flatMap((one, i) => {
    const other = off[i];
    return one === null || other === null ? [] : [other.alone_ms - one.alone_ms];
  });
  return {
    without: estimates(off.map((one) => one?.measured ?? null)),
    effect: estimates(effectsOf(on, off)),
    alone_shift_ms: shifts.length === 0 ? null : mean(shifts),
    other_requests: on.some((one, i) => one?.finished !== off[i]?.finished),
    failure: outcomes.find(({ failure }) => failure !== null)?.failure ?? null,
  };
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;
