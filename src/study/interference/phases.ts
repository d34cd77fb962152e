/**
 * Old tenants around the arrival of new adapters: their time to first token before, during and after a flash crowd.
 *
 * A phase is the same run, draw for draw, measured from the phase's start and with no arrivals after its end. What the cut
 * leaves out is traffic that comes after the phase: in the order of arrival nobody in the phase waits for it.
 */
import { LEAST_FOR_INTERVAL, meanInterval } from '../../metrics/statistics/resampling.ts';
import type { SummaryRow } from '../../metrics/summary.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { Outcome } from '../outcome.ts';
import type { Trials } from '../trials.ts';

export const PHASES = ['before', 'during', 'after'] as const;
export type Phase = (typeof PHASES)[number];

/** Of one setting of the scenario: the old tenants' summary rows by phase, means over replications. */
export interface AroundCrowd {
  setting: string;
  cohort: string;
  phases: Readonly<Record<Phase, readonly SummaryRow[]>>;
  /** The crowd's own requests while it lasts: what sparing the others costs them. Empty where the crowd is of no cohort of its own. */
  newcomers: readonly SummaryRow[];
  /** p99 of the time to first token during / before, mean over replications; null where either has no sample. */
  interference_ratio: { value: number; lo: number | null; hi: number | null } | null;
}

/** The cohort asked for if it is not the crowd's own, else the first that no crowd goes to; null where all are in one. */
export function oldTenants({ population }: Scenario): string | null {
  const { cohorts, flash_crowds } = population;
  if (flash_crowds.length === 0 || flash_crowds.some(({ cohort }) => cohort === null)) return null;
  return (
    cohorts.find(({ name, rate }) => rate > 0 && !flash_crowds.some(({ cohort }) => cohort === name))?.name ?? null
  );
}

/** The scenario cut to each phase of its first crowd; a phase without time is left out. */
export function phaseScenarios(scenario: Scenario): { phase: Phase; scenario: Scenario }[] {
  const [crowd] = scenario.population.flash_crowds;
  const from = crowd.at;
  const to = Math.min(scenario.duration, crowd.at + crowd.duration);
  const window = (warmup: number, duration: number) => ({ ...scenario, warmup, duration });
  const phases: { phase: Phase; scenario: Scenario }[] = [
    { phase: 'before', scenario: window(scenario.warmup, from) },
    { phase: 'during', scenario: window(from, to) },
    { phase: 'after', scenario: window(to, scenario.duration) },
  ];
  return phases.filter(({ scenario: { warmup, duration } }) => duration > warmup);
}

/** @param settings scenarios with a flash crowd, each with its name (variants of an admission, say) */
export async function aroundCrowd(
  settings: readonly { setting: string; scenario: Scenario }[],
  cohort: string,
  trials: Trials,
): Promise<AroundCrowd[]> {
  const cuts = settings.map(({ setting, scenario }) => ({ setting, phases: phaseScenarios(scenario) }));
  const outcomes = await trials.run(
    cuts.flatMap(({ setting, phases }) =>
      phases.map(({ phase, scenario }) => ({
        scenario,
        label: `${phase} the crowd${setting === '' ? '' : `, ${setting}`}`,
      })),
    ),
  );
  const newcomer = settings[0]?.scenario.population.flash_crowds[0].cohort ?? null;
  let next = 0;
  return cuts.map(({ setting, phases }) => {
    const found = new Map(phases.map(({ phase }) => [phase, outcomes[next++]]));
    const of = (phase: Phase) => found.get(phase) ?? [];
    return {
      setting,
      cohort,
      phases: {
        before: rowsOf(of('before'), cohort),
        during: rowsOf(of('during'), cohort),
        after: rowsOf(of('after'), cohort),
      },
      newcomers: newcomer === null ? [] : rowsOf(of('during'), newcomer, OF_NEWCOMERS),
      interference_ratio: ratioOf(of('before'), of('during'), cohort),
    };
  });
}

const SHOWN = ['ttft_ms_p50', 'ttft_ms_p99', 'tpot_ms_p99', 'finished'];

/** Refused: told to come again, by a full queue or because the adapter was not ready. */
const OF_NEWCOMERS = ['arrivals', 'finished', 'rejections', 'ttft_ms_p50', 'ttft_ms_p99'];

function rowsOf(outcomes: readonly Outcome[], cohort: string, metrics: readonly string[] = SHOWN): SummaryRow[] {
  return metrics.flatMap((metric): SummaryRow[] => {
    const rows = outcomes.flatMap(({ rows }) => rows.filter((row) => row.metric === metric && row.cohort === cohort));
    const values = rows.flatMap(({ value }) => (value === null ? [] : [value]));
    if (values.length === 0) return [];
    const interval = values.length < LEAST_FOR_INTERVAL ? null : meanInterval(values);
    const value = values.reduce((a, b) => a + b, 0) / values.length;
    const n = rows.reduce((sum, row) => sum + row.n, 0);
    return [{ metric, cohort, unit: rows[0].unit, value, n, lo: interval?.lo ?? null, hi: interval?.hi ?? null }];
  });
}

function ratioOf(
  before: readonly Outcome[],
  during: readonly Outcome[],
  cohort: string,
): AroundCrowd['interference_ratio'] {
  const p99 = ({ rows }: Outcome) =>
    rows.find((row) => row.metric === 'ttft_ms_p99' && row.cohort === cohort)?.value ?? null;
  const ratios = before.flatMap((one, i) => {
    const [calm, crowded] = [p99(one), during[i] === undefined ? null : p99(during[i])];
    return calm === null || crowded === null || calm === 0 ? [] : [crowded / calm];
  });
  if (ratios.length === 0 || ratios.length < before.length) return null;
  const interval = ratios.length < LEAST_FOR_INTERVAL ? null : meanInterval(ratios);
  return {
    value: ratios.reduce((a, b) => a + b, 0) / ratios.length,
    lo: interval?.lo ?? null,
    hi: interval?.hi ?? null,
  };
}
