/**
 * `plan`: the cheapest configuration of given axes that meets the thresholds, and what binds it. Prices are known without a
 * simulation, so candidates are searched in their order (cheapest.ts); axes on which more is expected never to be worse
 * (monotone.ts) save simulations, and the winner and its cheaper neighbours are simulated whole.
 */
import { type Binding, bindingOf } from '../metrics/binding.ts';
import { factsOf } from '../metrics/facts.ts';
import { type Headroom, headroomOf } from '../metrics/headroom.ts';
import type { SummaryRow } from '../metrics/summary.ts';
import { evaluateThresholds, type Verdict } from '../metrics/thresholds.ts';
import { CODES } from '../scenario/codes.ts';
import { type Diagnostic, UserError } from '../scenario/errors.ts';
import type { Scenario, Threshold } from '../scenario/scenario.ts';
import { BANDWIDTH, BYTE_COUNT, DURATION, FRACTION, NUMBER, parseQuantity, RATE } from '../scenario/units.ts';
import type { Axis } from './axes.ts';
import { findCheapest } from './cheapest.ts';
import { steppedByCells } from './knee.ts';
import { MONOTONE } from './monotone.ts';
import { failingThresholds, judgeOutcome, meanMetrics, meanRows, type Outcome } from './outcome.ts';
import { type Setting, type StudySource, settingsOf, settingText } from './points.ts';
import { allValues, isRange, type Range, valueText } from './range.ts';
import { decisive, isWhole, type Smaller, scenarioAt, WHOLE } from './search-space.ts';
import type { Trials } from './trials.ts';

/** What is kept low, from the resolved scenario alone. */
export const OBJECTIVES: Readonly<Record<string, { unit: string; of(scenario: Scenario): number }>> = {
  usd_per_hour: { unit: 'USD', of: (scenario) => factsOf(scenario, 0).usdPerHour },
  watts: { unit: 'W', of: (scenario) => factsOf(scenario, 0).watts },
  gpus: { unit: 'count', of: (scenario) => factsOf(scenario, 0).gpus },
};

const MOST_CANDIDATES = 4096;

export interface PlanOptions {
  source: StudySource;
  axes: readonly (Range | Axis)[];
  objective: keyof typeof OBJECTIVES;
  /** What the search simulates; the answer is checked whole in any case. */
  smaller: Smaller;
  /** Candidates tried at once. Part of the question: it decides which are simulated. */
  width: number;
  trials: Trials;
}

export interface Candidate {
  setting: Setting;
  price: number;
  /** Null where nothing passes that is cheaper and so nobody looked. */
  state: 'passes' | 'fails' | null;
  /** How that is known: simulated whole, in the search's smaller system, or inferred. */
  how: 'whole' | 'search' | 'inferred' | null;
  /** The candidate that it was inferred from. */
  inferredFrom: number | null;
  /** Of the last simulation. */
  failing: readonly Verdict[];
  failure: string | null;
  rows: readonly SummaryRow[];
}

/** The one axis in which the answer differs from a configuration that fails. */
export interface Difference {
  path: string;
  fails: string;
  answer: string;
}

export interface PlanResult {
  thresholds: readonly Threshold[];
  candidates: readonly Candidate[];
  /** Settings that are no valid scenario, with the reason. */
  invalid: readonly { setting: Setting; reason: string }[];
  answer: number | null;
  /** How near the answer is to what could break it; null without an answer. */
  headroom: Headroom | null;
  /** Neighbours of the answer that come before it; where there is no answer, the dearest candidate that fails. */
  failing: readonly { candidate: number; binding: Binding | null; differs: Difference | null }[];
  contradictions: readonly { candidate: number; inferredFrom: number | null; passes: boolean }[];
  misled: readonly { candidate: number; probe: boolean }[];
  /** Axes on which monotony was used, and why it is expected. */
  monotone: readonly { path: string; better: string; because: string }[];
}

export async function plan(options: PlanOptions): Promise<PlanResult> {
  const { source, smaller, trials, width } = options;
  const { candidates, invalid, first } = candidatesOf(options);
  const thresholds = decisive(first, '--meet');
  const simulated = new Map<number, { how: 'whole' | 'search'; outcomes: Outcome[] }>();
  const evaluate = (how: 'whole' | 'search') => async (asked: readonly number[]) => {
    const found = await trials.run(
      asked.map((at) => ({
        scenario: scenarioAt(source, candidates[at].setting, how === 'whole' ? WHOLE : smaller),
        label: `${settingText(candidates[at].setting)}${how === 'whole' && !isWhole(smaller) ? ' (whole)' : ''}`,
      })),
    );
    for (const [i, at] of asked.entries()) simulated.set(at, { how, outcomes: found[i] });
    return found.map((outcomes) => outcomes.every((outcome) => judgeOutcome(outcome, thresholds).ok));
  };
  const confirm = evaluate('whole');
  const order = orderOf(options.axes, candidates);
  const found = await findCheapest({
    prices: candidates.map(({ price }) => price),
    covers: order.covers,
    neighbours: order.neighbours,
    probe: isWhole(smaller) ? confirm : evaluate('search'),
    confirm,
    width,
  });
  const described = candidates.map(({ setting, price }, at): Candidate => {
    const decision = found.decisions[at];
    const last = simulated.get(at);
    return {
      setting,
      price,
      state: decision === undefined ? null : decision.passes ? 'passes' : 'fails',
      how: decision === undefined ? null : (last?.how ?? 'inferred'),
      inferredFrom: last === undefined ? (decision?.from ?? null) : null,
      failing: last === undefined ? [] : failingThresholds(last.outcomes, thresholds),
      failure: last?.outcomes.find(({ failure }) => failure !== null)?.failure ?? null,
      rows: last === undefined ? [] : meanRows(last.outcomes),
    };
  });
  const headroomAt = ({ setting, rows }: Candidate) =>
    headroomOf(rows, scenarioAt(source, setting), evaluateThresholds(thresholds, rows));
  const failed = found.answer === null ? lastFailing(described) : found.failing;
  return {
    thresholds,
    candidates: described,
    invalid,
    answer: found.answer,
    headroom: found.answer === null ? null : headroomAt(described[found.answer]),
    failing: failed.map((candidate) => {
      const { how, outcomes } = simulated.get(candidate) as { how: 'whole' | 'search'; outcomes: Outcome[] };
      const unfinished = outcomes.some(({ failure }) => failure !== null);
      const scenario = scenarioAt(source, candidates[candidate].setting, how === 'whole' ? WHOLE : smaller);
      const binding = unfinished ? null : bindingOf(meanMetrics(outcomes), scenario, described[candidate].failing);
      const differs = found.answer === null ? null : difference(described[candidate], described[found.answer]);
      return { candidate, binding, differs };
    }),
    contradictions: found.contradictions,
    misled: found.misled,
    monotone: options.axes
      .filter(({ path }) => MONOTONE[path] !== undefined)
      .map(({ path }) => ({ path, ...MONOTONE[path] })),
  };
}

function difference({ setting }: Candidate, answer: Candidate): Difference | null {
  const axes = setting.flatMap(({ path, value }, axis) => {
    const chosen = answer.setting[axis].value;
    return value === chosen ? [] : [{ path, fails: String(value), answer: String(chosen) }];
  });
  return axes.length === 1 ? axes[0] : null;
}

function lastFailing(candidates: readonly Candidate[]): number[] {
  const at = candidates.findLastIndex(({ state, how }) => state === 'fails' && how !== 'inferred');
  return at < 0 ? [] : [at];
}

interface Priced {
  setting: Setting;
  /** Position on each axis, in the user's order. */
  places: readonly number[];
  price: number;
}

function candidatesOf({ source, axes, objective }: PlanOptions) {
  const lists = axes.map((axis) => (isRange(axis) ? listOf(axis, source) : axis));
  const count = lists.reduce((product, { values }) => product * values.length, 1);
  if (count > MOST_CANDIDATES)
    throw new UserError(`The axes have ${count} combinations, at most ${MOST_CANDIDATES}; use longer steps.`);
  const candidates: Priced[] = [];
  const invalid: { setting: Setting; reason: string }[] = [];
  let first: Scenario | null = null;
  let problem: UserError | null = null;
  for (const setting of settingsOf(lists)) {
    try {
      const scenario = scenarioAt(source, setting);
      first ??= scenario;
      const places = setting.map(({ value }, axis) => lists[axis].values.indexOf(value));
      candidates.push({ setting, places, price: OBJECTIVES[objective].of(scenario) });
    } catch (error) {
      if (!(error instanceof UserError) || !error.diagnostics.every(ofCombination)) throw error;
      problem ??= error;
      invalid.push({ setting, reason: reasonOf(error.diagnostics) });
    }
  }
  if (first === null) throw problem as UserError;
  candidates.sort((a, b) => a.price - b.price || comparePlaces(a.places, b.places));
  return { candidates, invalid, first };
}

/** A misspelt value is no part of the question, and what it should have been might hold the answer. */
const ofCombination = ({ id }: Diagnostic): boolean => CODES[id]?.combination === true;

function comparePlaces(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((place, i) => place !== b[i]);
  return at < 0 ? 0 : a[at] - b[at];
}

const reasonOf = ([{ message, hint }]: readonly Diagnostic[]): string =>
  hint === undefined ? message : `${message} (${hint})`;

function listOf(range: Range, source: StudySource): Axis {
  const axis = range.path === 'hardware.replicas' ? steppedByCells(range, scenarioAt(source, [])) : range;
  return { path: axis.path, values: allValues(axis, MOST_CANDIDATES).map((value) => valueText(axis, value)) };
}

/** Who covers whom, and who stands next to whom. */
function orderOf(axes: readonly (Range | Axis)[], candidates: readonly Priced[]) {
  const directions = axes.map(({ path }) => MONOTONE[path]?.better ?? null);
  const numbers = candidates.map(({ setting }) => setting.map(({ value }) => quantityOf(value)));
  const covers = (a: number, b: number): boolean =>
    directions.every((better, axis) => {
      if (candidates[a].places[axis] === candidates[b].places[axis]) return true;
      if (better === null) return false;
      const [mine, other] = [numbers[a][axis], numbers[b][axis]];
      return better === 'more' ? mine >= other : mine <= other;
    });
  const neighbours = (at: number): number[] =>
    axes.flatMap((_, axis) => {
      const { places } = candidates[at];
      const line = candidates.flatMap((other, i) =>
        i < at && other.places.every((place, j) => (j === axis) === (place !== places[j])) ? [i] : [],
      );
      return line.length === 0 ? [] : [line[line.length - 1]];
    });
  return { covers, neighbours };
}

/** As a number of whatever kind it is; NaN, which is no more and no less than anything, for names. */
function quantityOf(value: unknown): number {
  if (typeof value === 'number') return value;
  for (const kind of [NUMBER, BYTE_COUNT, RATE, DURATION, BANDWIDTH, FRACTION]) {
    const number = parseQuantity(String(value), kind);
    if (typeof number === 'number') return number;
  }
  return Number.NaN;
}
