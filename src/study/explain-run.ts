/**
 * `explain-run`: every uncertain parameter of a scenario (uncertainties.ts) at both ends of its range, one at a time under the
 * same draws, reduced to what metrics and verdicts rest on (sensitivity.ts); and all of them at once (joint.ts).
 */

import { UserError } from '../scenario/errors.ts';
import type { Scenario, Threshold } from '../scenario/scenario.ts';
import { type Crossing, findBracket } from './bracket.ts';
import { type Drawn, type Joint, jointValues, scenarioWith } from './joint.ts';
import { judgeOutcome, meanMetrics, type Outcome } from './outcome.ts';
import { type End, type Replicated, type Sensitivity, sensitivity, type Varied } from './sensitivity.ts';
import type { Trials } from './trials.ts';
import { beyondOf, endsOf, isPrice, UNCERTAINTIES, type Uncertainty } from './uncertainties/index.ts';

export interface ExplainOptions {
  scenario: Scenario;
  metrics: readonly string[];
  /** Keys of parameters to vary; empty: all that play a part. */
  only: readonly string[];
  /** Joint draws; none of a single parameter, which has no other to act with. */
  draws: number;
  trials: Trials;
  /** Told, once the scenario as it stands is simulated and before the rest is, of metrics without a value in it. */
  onEmpty?(metrics: readonly string[]): void;
}

export interface Flip {
  key: string;
  end: 'low' | 'high';
  /** The threshold whose verdict changes. */
  threshold: Threshold;
  /** The metric as the scenario stands, and at the end: means over replications. */
  from: number | null;
  to: number | null;
  /** Replications in which it holds, there and there. */
  held: { from: number; to: number };
  /** Values of the parameter between which it changes, from a bisection; null where it changes back and forth. */
  between: Crossing | null;
}

export interface Explained {
  byMetric: ReadonlyMap<string, Sensitivity>;
  /** Metrics that were asked for and have no value in the scenario: their samples are empty. */
  empty: readonly string[];
  thresholds: readonly Threshold[];
  /** `held`: by threshold, the replications in which it holds. */
  base: { passes: boolean; held: readonly number[] };
  flips: readonly Flip[];
  varied: number;
  joint: Joint | null;
}

/** The parameters that play a part in the scenario. Prices only where a metric is about money. */
export function parametersOf(scenario: Scenario, metrics: readonly string[], only: readonly string[] = []): Drawn[] {
  const money = metrics.some((metric) => metric.startsWith('cost_'));
  return UNCERTAINTIES.flatMap((parameter) => {
    const value = parameter.read(scenario);
    const asked = only.length === 0 ? money || !isPrice(parameter) : only.includes(parameter.key);
    return value === null || !asked ? [] : [{ parameter, value }];
  });
}

/** Throws a UserError where no metric that was asked for has a value. */
export async function explainRun(options: ExplainOptions): Promise<Explained> {
  const { scenario, metrics, only, draws, trials } = options;
  const { thresholds } = scenario;
  const parameters = parametersOf(scenario, metrics, only);
  const ends = parameters.flatMap(({ parameter, value }) =>
    endsOf(parameter, value).map((end, i) => ({ parameter, value, end, name: i === 0 ? 'low' : 'high' })),
  );
  const drawn = parameters.length < 2 ? [] : jointValues(parameters, draws);
  const [base] = await trials.run([{ scenario, label: 'as it stands' }]);
  const empty = metrics.filter((metric) => valuesOf(base, metric).every((value) => value === null));
  if (empty.length === metrics.length) throw new UserError(nothingText(metrics, base));
  if (empty.length > 0) options.onEmpty?.(empty);
  const others = await trials.run([
    // An end that is the scenario's own value is the base itself.
    ...ends.map(({ parameter, value, end, name }) => ({
      scenario: end === value ? scenario : parameter.write(scenario, end),
      label: `${parameter.label}, ${name} end`,
    })),
    ...drawn.map((values, i) => ({
      scenario: scenarioWith(scenario, parameters, values),
      label: `all together, draw ${i + 1} of ${drawn.length}`,
    })),
  ]);
  const endAt = (i: number, metric: string): End => ({
    value: ends[i].end,
    metric: valuesOf(others[i], metric),
    passes: passes(others[i], thresholds),
    failure: failureOf(others[i]),
  });
  const flips = ends.flatMap((end, i) => flipsOf(base, others[i], thresholds).map((flip) => ({ ...end, ...flip })));
  const found = metrics.flatMap((metric) => {
    const varied = parameters.map(
      ({ parameter, value }, p): Varied => ({
        ...{ key: parameter.key, label: parameter.label, unit: parameter.unit, source: parameter.source, value },
        beyond: beyondOf(parameter, value),
        low: endAt(2 * p, metric),
        high: endAt(2 * p + 1, metric),
      }),
    );
    const one = sensitivity(valuesOf(base, metric), varied);
    return one === null ? [] : [[metric, one] as const];
  });
  const byMetric = new Map(found);
  const joint = others.slice(ends.length);
  return {
    byMetric,
    empty,
    thresholds,
    base: { passes: passes(base, thresholds), held: heldOf(base, thresholds) },
    flips: await located(flips, scenario, trials),
    varied: parameters.length,
    joint: joint.length === 0 ? null : jointOf(parameters, drawn, joint, [...byMetric.keys()], thresholds),
  };
}

function jointOf(
  parameters: readonly Drawn[],
  drawn: readonly (readonly number[])[],
  outcomes: readonly (readonly Outcome[])[],
  metrics: readonly string[],
  thresholds: readonly Threshold[],
): Joint {
  const means = outcomes.map((replications) => meanMetrics(replications));
  return {
    draws: outcomes.map((replications, i) => ({
      values: Object.fromEntries(parameters.map(({ parameter }, p) => [parameter.key, drawn[i][p]])),
      holds: heldOf(replications, thresholds).map((held) => held === replications.length),
      failure: failureOf(replications),
    })),
    byMetric: new Map(metrics.map((metric) => [metric, means.map((values) => values[metric] ?? null)])),
  };
}

const passes = (outcomes: readonly Outcome[], thresholds: readonly Threshold[]): boolean =>
  outcomes.every((one) => judgeOutcome(one, thresholds).ok);

const failureOf = (outcomes: readonly Outcome[]): string | null =>
  outcomes.find(({ failure }) => failure !== null)?.failure ?? null;

const nothingText = (metrics: readonly string[], base: readonly Outcome[]): string => {
  const failure = failureOf(base);
  return failure === null
    ? `${metrics.join(', ')}: no value in this scenario, so there is nothing to explain; choose another with --metric`
    : `The scenario as it stands has no result: ${failure}`;
};

const valuesOf = (outcomes: readonly Outcome[], metric: string): Replicated =>
  outcomes.map(({ rows }) => rows.find((row) => row.metric === metric && row.cohort === 'all')?.value ?? null);

/** By threshold, in how many replications it holds. Warnings count too: they are verdicts. */
const heldOf = (outcomes: readonly Outcome[], thresholds: readonly Threshold[]): number[] =>
  thresholds.map((_, i) => outcomes.filter((one) => judgeOutcome(one, thresholds).verdicts[i]?.ok === true).length);

/** Thresholds that all replications keep on one side and some break on the other. */
function flipsOf(base: readonly Outcome[], end: readonly Outcome[], thresholds: readonly Threshold[]) {
  const [before, after] = [meanMetrics(base), meanMetrics(end)];
  const [held, holds] = [heldOf(base, thresholds), heldOf(end, thresholds)];
  return thresholds.flatMap((threshold, at) => {
    if ((held[at] === base.length) === (holds[at] === end.length)) return [];
    const [from, to] = [before[threshold.metric] ?? null, after[threshold.metric] ?? null];
    return [{ threshold, at, from, to, held: { from: held[at], to: holds[at] } }];
  });
}

/** Between two values closer than this (as a ratio minus 1) a flip is not told apart. */
const RESOLUTION = 0.1;
const MOST_VALUES = 10;

interface Found {
  parameter: Uncertainty;
  value: number;
  end: number;
  name: string;
  threshold: Threshold;
  at: number;
  from: number | null;
  to: number | null;
  held: Flip['held'];
}

/** Between which values of the parameter each verdict changes, by bisection from the scenario's value to the end. */
async function located(flips: readonly Found[], scenario: Scenario, trials: Trials): Promise<Flip[]> {
  const done: Flip[] = [];
  for (const { parameter, value, end, name, threshold, at, from, to, held } of flips) {
    const evaluate = async (values: readonly number[]) => {
      const found = await trials.run(
        values.map((one) => ({
          scenario: one === value ? scenario : parameter.write(scenario, one),
          label: `${parameter.label}, where ${threshold.metric} changes its verdict`,
        })),
      );
      return found.map((outcomes) =>
        outcomes.map((outcome) => judgeOutcome(outcome, scenario.thresholds).verdicts[at]?.ok === true),
      );
    };
    const { bracket } = await findBracket({
      grid: [value, end].sort((a, b) => a - b),
      snap: (one) => Number(one.toPrecision(3)),
      resolution: RESOLUTION,
      most: MOST_VALUES,
      evaluate,
    });
    done.push({ key: parameter.key, end: name as 'low' | 'high', threshold, from, to, held, between: bracket });
  }
  return done;
}
