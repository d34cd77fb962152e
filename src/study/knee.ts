/**
 * `sweep --until`: the knee of one axis, where thresholds break, for each setting of other axes. The search is in bracket.ts;
 * here its values become scenarios, and its answer is put beside what broke.
 */
import { type Binding, bindingOf, metricValues } from '../metrics/binding.ts';
import { type Headroom, headroomOf } from '../metrics/headroom.ts';
import type { SummaryRow } from '../metrics/summary.ts';
import { evaluateThresholds, type Verdict } from '../metrics/thresholds.ts';
import { UserError } from '../scenario/errors.ts';
import type { Override } from '../scenario/load.ts';
import type { Scenario, Threshold } from '../scenario/scenario.ts';
import { type Bracket, findBracket, medianCoverage } from './bracket.ts';
import { failingThresholds, judgeOutcome, meanRows, type Outcome } from './outcome.ts';
import { type Setting, type StudySource, settingText } from './points.ts';
import { type Range, snap, spread, valueText } from './range.ts';
import { decisive, type Smaller, scenarioAt } from './search-space.ts';
import type { Trial, Trials } from './trials.ts';

export interface KneeOptions {
  source: StudySource;
  axis: Range;
  /** Settings of the other axes; one empty setting where there are none. */
  settings: readonly Setting[];
  /** First values along the axis. */
  coarse: number;
  /** Two values closer than this (as a ratio minus 1) are not told apart. */
  resolution: number;
  /** Most values of the axis for one setting. */
  most: number;
  smaller: Smaller;
  trials: Trials;
}

export interface KneePoint {
  value: number;
  /** As `--set` takes it. */
  text: string;
  holds: readonly boolean[];
  failing: readonly Verdict[];
  /** Why a replication has no result. */
  failure: string | null;
  /** Means over replications, with intervals. */
  rows: readonly SummaryRow[];
  /** Requests arriving a second, of the whole system. */
  offeredRps: number | null;
}

export interface SettingKnee {
  setting: Setting;
  bracket: Bracket;
  points: readonly KneePoint[];
  /** What breaks at the nearest value on the far side of the knee. */
  brokenBy: readonly Verdict[];
  /** What it is short of there, read off its means; null where nothing breaks, or has a result. */
  binding: Binding | null;
  /** Where it holds everywhere: how near the end of the range is at which most is used. */
  headroom: (Headroom & { at: string }) | null;
  /** Chance that the median draw's knee lies between the least and the greatest of the replications'. */
  coverage: number;
}

export interface KneeResult {
  axis: Range;
  thresholds: readonly Threshold[];
  settings: readonly SettingKnee[];
  seeds: readonly string[];
}

export async function findKnees(options: KneeOptions): Promise<KneeResult> {
  const { source, settings } = options;
  const first = scenarioAt(source, settings[0]);
  const thresholds = decisive(first, '--until');
  const axis = steppedByCells(options.axis, first);
  const knees: SettingKnee[] = [];
  let seeds: readonly string[] = [];
  for (const setting of settings) {
    const { knee, seeds: found } = await kneeOf({ ...options, axis }, setting, thresholds);
    knees.push(knee);
    seeds = found;
  }
  return { axis, thresholds, settings: knees, seeds };
}

/** Replicas come in whole multiples of the cells. */
export function steppedByCells(axis: Range, { hardware }: Scenario): Range {
  return axis.path === 'hardware.replicas' && axis.step === 1 ? { ...axis, step: hardware.cells } : axis;
}

async function kneeOf(
  { source, axis, coarse, resolution, most, smaller, trials }: KneeOptions,
  setting: Setting,
  thresholds: readonly Threshold[],
): Promise<{ knee: SettingKnee; seeds: string[] }> {
  const outcomes = new Map<number, Outcome[]>();
  const scenarios = new Map<number, Scenario>();
  let invalid: UserError | null = null;
  const evaluate = async (values: readonly number[]) => {
    const asked: (Trial & { value: number })[] = [];
    for (const value of values) {
      const overrides: Override[] = [...setting, { path: axis.path, value: valueText(axis, value) }];
      try {
        const scenario = scenarioAt(source, overrides, smaller);
        scenarios.set(value, scenario);
        asked.push({ value, scenario, label: settingText(overrides) });
      } catch (error) {
        // Beyond what can be built at all (slots that leave no KV cache) thresholds do not hold either.
        if (!(error instanceof UserError)) throw error;
        invalid ??= error;
        const failure = error.message.split('\n')[0];
        outcomes.set(
          value,
          Array.from({ length: trials.replications }, () => ({ seed: '', id: '', rows: [], failure })),
        );
      }
    }
    const found = await trials.run(asked);
    for (const [i, { value }] of asked.entries()) outcomes.set(value, found[i]);
    return values.map((value) =>
      (outcomes.get(value) as Outcome[]).map((outcome) => judgeOutcome(outcome, thresholds).ok),
    );
  };
  const bracket = await findBracket({
    grid: spread(axis, coarse),
    snap: (value) => snap(axis, value),
    resolution,
    most,
    evaluate,
  });
  if (scenarios.size === 0 && invalid !== null) throw invalid;
  const points = bracket.samples.map(({ value, holds }): KneePoint => {
    const replications = outcomes.get(value) as Outcome[];
    const rows = meanRows(replications);
    const arrivals = rows.find(({ metric }) => metric === 'arrivals')?.value ?? null;
    const duration = scenarios.get(value)?.duration ?? 0;
    return {
      value,
      text: valueText(axis, value),
      holds,
      failing: failingThresholds(replications, thresholds),
      failure: replications.find(({ failure }) => failure !== null)?.failure ?? null,
      rows,
      offeredRps: arrivals === null ? null : (arrivals / duration) * smaller.scale,
    };
  });
  const broken = brokenPoint(bracket, points);
  return {
    knee: {
      setting,
      bracket,
      points,
      brokenBy: broken?.failing ?? [],
      binding: bindingAt(broken, scenarios),
      headroom: bracket.verdict === 'holds' ? headroomAtEnds(points, scenarios, thresholds) : null,
      coverage: medianCoverage(bracket.crossings.filter((crossing) => crossing !== null).length),
    },
    seeds: (outcomes.get([...scenarios.keys()][0]) as Outcome[]).map(({ seed }) => seed),
  };
}

/** The value nearest to the knee at which all replications fail; the first value where none holds. */
function brokenPoint({ bracket, side, verdict }: Bracket, points: readonly KneePoint[]): KneePoint | undefined {
  const broken = points.filter(({ holds }) => !holds.some(Boolean));
  if (verdict === 'breaks') return points[0];
  const nearest =
    side === 'above'
      ? broken.findLast(({ value }) => value <= (bracket?.below ?? Number.POSITIVE_INFINITY))
      : broken.find(({ value }) => value >= (bracket?.above ?? 0));
  return nearest ?? broken[0];
}

function bindingAt(point: KneePoint | undefined, scenarios: ReadonlyMap<number, Scenario>): Binding | null {
  const scenario = point === undefined ? undefined : scenarios.get(point.value);
  if (point === undefined || scenario === undefined || point.failure !== null) return null;
  return bindingOf(metricValues(point.rows), scenario, point.failing);
}

function headroomAtEnds(
  points: readonly KneePoint[],
  scenarios: ReadonlyMap<number, Scenario>,
  thresholds: readonly Threshold[],
): SettingKnee['headroom'] {
  const ends = [points[0], points[points.length - 1]].map(({ value, text, rows }) => ({
    at: text,
    ...headroomOf(rows, scenarios.get(value) as Scenario, evaluateThresholds(thresholds, rows)),
  }));
  return ends.reduce((a, b) => ((b.bound?.share ?? 0) > (a.bound?.share ?? 0) ? b : a));
}
