/**
 * `explain-run`: every uncertain parameter of a scenario (uncertainties.ts) at both ends of its range, one at a time under the
 * same draws, reduced to what metrics and verdicts rest on (sensitivity.ts).
 */

import type { Scenario, Threshold } from '../scenario/scenario.ts';
import { type Crossing, findBracket } from './bracket.ts';
import { judgeOutcome, meanMetrics, type Outcome } from './outcome.ts';
import { type End, type Replicated, type Sensitivity, sensitivity, type Varied } from './sensitivity.ts';
import type { Trials } from './trials.ts';
import { beyondOf, endsOf, isPrice, UNCERTAINTIES, type Uncertainty } from './uncertainties.ts';

export interface ExplainOptions {
  scenario: Scenario;
  metrics: readonly string[];
  /** Keys of parameters to vary; empty: all that play a part. */
  only: readonly string[];
  trials: Trials;
}

export interface Flip {
  key: string;
  end: 'low' | 'high';
  /** The threshold whose verdict changes. */
  threshold: Threshold;
  /** The metric as the scenario stands, and at the end. */
  from: number | null;
  to: number | null;
  /** Values of the parameter between which it changes, from a bisection; null where it changes back and forth. */
  between: Crossing | null;
}

export interface Explained {
  byMetric: ReadonlyMap<string, Sensitivity>;
  thresholds: readonly Threshold[];
  base: { passes: boolean; metrics: Readonly<Record<string, number | null>> };
  flips: readonly Flip[];
  varied: number;
}

/** The parameters that play a part in the scenario. Prices only where a metric is about money. */
export function parametersOf(
  scenario: Scenario,
  metrics: readonly string[],
  only: readonly string[] = [],
): { parameter: Uncertainty; value: number }[] {
  const money = metrics.some((metric) => metric.startsWith('cost_'));
  return UNCERTAINTIES.flatMap((parameter) => {
    const value = parameter.read(scenario);
    const asked = only.length === 0 ? money || !isPrice(parameter) : only.includes(parameter.key);
    return value === null || !asked ? [] : [{ parameter, value }];
  });
}

export async function explainRun({ scenario, metrics, only, trials }: ExplainOptions): Promise<Explained> {
  const { thresholds } = scenario;
  const parameters = parametersOf(scenario, metrics, only);
  const ends = parameters.flatMap(({ parameter, value }) =>
    endsOf(parameter, value).map((end, i) => ({ parameter, value, end, name: i === 0 ? 'low' : 'high' })),
  );
  const [base, ...others] = await trials.run([
    { scenario, label: 'as it stands' },
    // An end that is the scenario's own value is the base itself.
    ...ends.map(({ parameter, value, end, name }) => ({
      scenario: end === value ? scenario : parameter.write(scenario, end),
      label: `${parameter.label}, ${name} end`,
    })),
  ]);
  const passes = (outcomes: readonly Outcome[]) => outcomes.every((one) => judgeOutcome(one, thresholds).ok);
  const endAt = (i: number, metric: string): End => ({
    value: ends[i].end,
    metric: valuesOf(others[i], metric),
    passes: passes(others[i]),
    failure: others[i].find(({ failure }) => failure !== null)?.failure ?? null,
  });
  const flips = ends.flatMap((end, i) => flipsOf(base, others[i], thresholds).map((flip) => ({ ...end, ...flip })));
  const byMetric = new Map(
    metrics.map((metric) => [
      metric,
      sensitivity(
        valuesOf(base, metric),
        passes(base),
        parameters.map(
          ({ parameter, value }, p): Varied => ({
            ...{ key: parameter.key, label: parameter.label, unit: parameter.unit, source: parameter.source, value },
            beyond: beyondOf(parameter, value),
            low: endAt(2 * p, metric),
            high: endAt(2 * p + 1, metric),
          }),
        ),
      ),
    ]),
  );
  return {
    byMetric,
    thresholds,
    base: { passes: passes(base), metrics: meanMetrics(base) },
    flips: await located(flips, scenario, trials),
    varied: parameters.length,
  };
}

const valuesOf = (outcomes: readonly Outcome[], metric: string): Replicated =>
  outcomes.map(({ rows }) => rows.find((row) => row.metric === metric && row.cohort === 'all')?.value ?? null);

/** Thresholds that all replications keep on one side and some break on the other. Warnings count too: they are verdicts. */
function flipsOf(base: readonly Outcome[], end: readonly Outcome[], thresholds: readonly Threshold[]) {
  const before = meanMetrics(base);
  const after = meanMetrics(end);
  return thresholds.flatMap((threshold, i) => {
    const held = base.every((one) => judgeOutcome(one, thresholds).verdicts[i]?.ok === true);
    const holds = end.every((one) => judgeOutcome(one, thresholds).verdicts[i]?.ok === true);
    if (held === holds) return [];
    return [{ threshold, at: i, from: before[threshold.metric] ?? null, to: after[threshold.metric] ?? null }];
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
}

/** Between which values of the parameter each verdict changes, by bisection from the scenario's value to the end. */
async function located(flips: readonly Found[], scenario: Scenario, trials: Trials): Promise<Flip[]> {
  const done: Flip[] = [];
  for (const { parameter, value, end, name, threshold, at, from, to } of flips) {
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
    done.push({ key: parameter.key, end: name as 'low' | 'high', threshold, from, to, between: bracket });
  }
  return done;
}
