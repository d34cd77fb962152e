/**
 * What a headline rests on: every uncertain parameter taken to both ends of its range, one at a time, under the same draws,
 * and the change of each metric. A one-at-a-time screen: it misses interactions (Saltelli et al., Global Sensitivity
 * Analysis, 2008, 2.1), and says so by what two parameters could do together only as a first-order sum.
 */
import { meanInterval } from '../metrics/statistics/resampling.ts';
import type { Beyond } from './uncertainties.ts';

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
  /** False where a zero change lies in the paired interval of both ends; null below three replications. */
  beyondNoise: boolean | null;
  /** An end where the verdict is another one than the base's. */
  flips: ('low' | 'high')[];
}

export interface Sensitivity {
  base: number;
  basePasses: boolean;
  /** Largest swing first. */
  effects: readonly Effect[];
  /** The fewest parameters that make up most of the summed squares of all swings. */
  dominant: readonly string[];
  /**
   * First-order range of the metric if all parameters were independent: root of the summed squares of each side's changes, of
   * the logarithm where the metric is above 0 throughout (effects on latencies multiply).
   */
  together: { lo: number; hi: number };
}

/** Share of the summed squares that the dominant parameters hold. */
const DOMINANT = 0.9;

export function sensitivity(base: Replicated, basePasses: boolean, varied: readonly Varied[]): Sensitivity {
  const center = meanOf(base);
  if (center === null) throw new RangeError('The metric has no value in the base run; choose another with --metric.');
  const effects = varied.map((one) => effectOf(one, base, center, basePasses)).sort((a, b) => b.swing - a.swing);
  return {
    base: center,
    basePasses,
    effects,
    dominant: dominantOf(effects),
    together: togetherOf(center, effects),
  };
}

function togetherOf(base: number, effects: readonly Effect[]): Sensitivity['together'] {
  const values = effects.flatMap(({ at }) => [at.low, at.high]).filter((value) => value !== null);
  const log = base > 0 && values.every((value) => value > 0);
  const change = (value: number | null) => (value === null ? 0 : log ? Math.log(value / base) : value - base);
  const side = (sign: 1 | -1) =>
    Math.hypot(...effects.map(({ at }) => Math.max(0, sign * change(at.low), sign * change(at.high))));
  return log
    ? { lo: base * Math.exp(-side(-1)), hi: base * Math.exp(side(1)) }
    : { lo: base - side(-1), hi: base + side(1) };
}

function effectOf(one: Varied, base: Replicated, center: number, basePasses: boolean): Effect {
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
    beyondNoise: noiseOf(base, one),
    flips: (['low', 'high'] as const).filter((end) => one[end].passes !== basePasses && one[end].value !== one.value),
  };
}

function elasticityOf({ low, high }: Varied, at: Effect['at']): number | null {
  if (at.low === null || at.high === null || at.low <= 0 || at.high <= 0 || low.value <= 0) return null;
  const range = Math.log(high.value / low.value);
  return range === 0 ? null : Math.log(at.high / at.low) / range;
}

/** Paired by replication: the same draws at the base and at the end. */
function noiseOf(base: Replicated, { low, high }: Varied): boolean | null {
  // The interval of two differences is thirteen times their spread and says nothing.
  if (base.length < 3) return null;
  return [low, high].some(({ metric }) => {
    const pairs = metric.flatMap((value, i) => {
      const from = base[i];
      return value === null || from === null ? [] : [{ value, from }];
    });
    // Ratios where they exist: what doubles in every replication is no luck, however far apart the replications are.
    const ratios = pairs.every(({ value, from }) => value > 0 && from > 0);
    const differences = pairs.map(({ value, from }) => (ratios ? Math.log(value / from) : value - from));
    const interval = meanInterval(differences);
    return interval !== null && (interval.lo > 0 || interval.hi < 0);
  });
}

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
