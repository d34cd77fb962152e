/**
 * What a headline rests on: every uncertain parameter taken to both ends of its range, one at a time, under the same draws,
 * and the change of each metric. A one-at-a-time screen misses interactions (Saltelli et al., Global Sensitivity Analysis,
 * 2008, 2.1): what parameters do together is simulated (joint.ts), never put together from these effects.
 */
import { studentTails } from '../metrics/statistics/student.ts';
import { holm } from '../metrics/statistics/tests.ts';
import type { Beyond } from './uncertainties/index.ts';

/** Values of one metric by replication; null where the sample is empty. */
export type Replicated = readonly (number | null)[];

export interface End {
  /** The parameter's value in its own unit. */
  value: number;
  metric: Replicated;
  /** Whether every replication passed the thresholds. */
  passes: boolean;
  /** Why there is no result. */
  failure: string | null;
}

export interface Varied {
  key: string;
  label: string;
  unit: string;
  source: string;
  /** The scenario's value. */
  value: number;
  /** Where that lies outside of the parameter's stated range. */
  beyond: Beyond | null;
  low: End;
  high: End;
}

export interface Effect extends Varied {
  /** Mean of the metric at either end, and its change from the base; null where an end has no value. */
  at: { low: number | null; high: number | null };
  change: { low: number | null; high: number | null };
  /** Larger of the two changes, absolute: what the bars are sorted by. */
  swing: number;
  /** Percent of metric for one percent of parameter, from end to end; null where a logarithm is not defined. */
  elasticity: number | null;
  noise: Noise | null;
}

/**
 * `beyond`: at an end, a paired t test tells the change from none, after Holm's correction over all ends that change the metric.
 * `within`: at neither end do all replications move the same way. `undecided`: they do, by amounts too different for so few of
 * them beside so many ends. Null below three replications.
 */
export type Noise = 'beyond' | 'within' | 'undecided';

export interface Sensitivity {
  base: number;
  /** Largest swing first. */
  effects: readonly Effect[];
  /** The fewest parameters that make up most of the summed squares of all swings. */
  dominant: readonly string[];
}

/** Share of the summed squares that the dominant parameters hold. */
const DOMINANT = 0.9;

/** Null where the metric has no value in the base run. */
export function sensitivity(base: Replicated, varied: readonly Varied[]): Sensitivity | null {
  const center = meanOf(base);
  if (center === null) return null;
  const noises = noisesOf(base, varied);
  const effects = varied.map((one, i) => effectOf(one, center, noises[i])).sort((a, b) => b.swing - a.swing);
  return { base: center, effects, dominant: dominantOf(effects) };
}

function effectOf(one: Varied, center: number, noise: Noise | null): Effect {
  const at = { low: meanOf(one.low.metric), high: meanOf(one.high.metric) };
  const change = {
    low: at.low === null ? null : at.low - center,
    high: at.high === null ? null : at.high - center,
  };
  return {
    ...one,
    at,
    change,
    swing: Math.max(Math.abs(change.low ?? 0), Math.abs(change.high ?? 0)),
    elasticity: elasticityOf(one, at),
    noise,
  };
}

function elasticityOf({ low, high }: Varied, at: Effect['at']): number | null {
  if (at.low === null || at.high === null || at.low <= 0 || at.high <= 0 || low.value <= 0) return null;
  const range = Math.log(high.value / low.value);
  return range === 0 ? null : Math.log(at.high / at.low) / range;
}

const ALPHA = 0.05;

/** In the order of `varied`. Paired by replication: the same draws at the base and at the end. */
function noisesOf(base: Replicated, varied: readonly Varied[]): (Noise | null)[] {
  // Two differences are hardly ever told from zero: one of them says how far apart they are.
  if (base.length < 3) return varied.map(() => null);
  const ends = varied.flatMap(({ low, high }) => [low, high].map(({ metric }) => differencesOf(base, metric)));
  // An end that changes nothing is no luck that was tried.
  const tested = ends.flatMap((differences, at) => (differences.some((one) => one !== 0) ? [at] : []));
  const adjusted = holm(tested.map((at) => pairedT(ends[at])));
  const beyond = new Set(tested.filter((_, i) => adjusted[i] < ALPHA));
  return varied.map((_, i) => {
    const both = [2 * i, 2 * i + 1];
    if (both.some((at) => beyond.has(at))) return 'beyond';
    return both.some((at) => sameWay(ends[at])) ? 'undecided' : 'within';
  });
}

/** Ratios (their logarithms) where they exist: what doubles in every replication is no luck, however far apart those are. */
function differencesOf(base: Replicated, metric: Replicated): number[] {
  const pairs = metric.flatMap((value, i) => {
    const from = base[i];
    return value === null || from === null ? [] : [{ value, from }];
  });
  const ratios = pairs.every(({ value, from }) => value > 0 && from > 0);
  return pairs.map(({ value, from }) => (ratios ? Math.log(value / from) : value - from));
}

/** The p-value of "no change on average"; 1 where there are too few to say. */
function pairedT(differences: readonly number[]): number {
  const n = differences.length;
  if (n < 3) return 1;
  const mean = differences.reduce((sum, one) => sum + one, 0) / n;
  const squares = differences.reduce((sum, one) => sum + (one - mean) ** 2, 0);
  return studentTails(mean / Math.sqrt(squares / (n - 1) / n), n - 1);
}

/** A replication that does not move (a share that stays at 100%) speaks for neither way. */
const sameWay = (differences: readonly number[]): boolean =>
  new Set(differences.map(Math.sign).filter((way) => way !== 0)).size === 1;

function meanOf(values: Replicated): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : present.reduce((a, b) => a + b, 0) / present.length;
}

function dominantOf(effects: readonly Effect[]): string[] {
  const all = effects.reduce((sum, { swing }) => sum + swing ** 2, 0);
  const dominant: string[] = [];
  let held = 0;
  for (const { key, swing } of effects) {
    if (swing === 0 || held >= DOMINANT * all) break;
    dominant.push(key);
    held += swing ** 2;
  }
  return dominant;
}
