/**
 * What is tested of one metric over pairs of runs: the interval of its change and how likely the differences are by chance. The verdict
 * follows when all lines are corrected together (judge.ts).
 *
 * The sign-flip test takes nothing for granted, but of n pairs it gives no p below 2^(1 − n): with fewer than Holm's correction
 * asks for it could call nothing significant, whatever happened. Such pairs are judged by Student's t of their differences, which takes
 * them for normally distributed; quantiles, counts and indices of fairness are so but nearly.
 */
import { bootstrap, mean, meanInterval } from '../../metrics/statistics/resampling.ts';
import { signFlip, smallestP } from '../../metrics/statistics/sign-flip.ts';
import { studentQuantile, studentTails } from '../../metrics/statistics/student.ts';
import { ALPHA, changeOf, type Line } from './comparison.ts';

/** Base and new value of each pair. */
export type Values = readonly (readonly [base: number, next: number])[];

/** Below this number of pairs no sign pattern is rarer than 5%. */
export const FEWEST_FOR_SIGNS = 6;

/** From here on differences have a spread that Student's t can stand on. */
export const FEWEST_FOR_T = 3;

/** From here on the sign-flip test draws patterns, and more pairs give no smaller p. */
const MOST_FOR_SIGNS = 16;

/** Relative size of what sums of doubles leave. */
const ROUNDING = 1e-9;

/** Metrics that follow from the configuration alone, whatever the draws: one pair says all. */
const CONFIGURED: ReadonlySet<string> = new Set(['cost_usd_per_user_month', 'dedicated_usd_per_user_month']);

/**
 * With the fewest pairs that can be significant, only differences that all have one sign are, and what the t-test of one pair fewer found
 * would be lost again. So that much room is left: at four times the smallest p a few small differences may go the other way.
 */
const ROOM = 4;

/** Whether the signs of so many pairs can make one of `lines` significant after Holm's correction, with room for a pair that goes the other way. */
export const signsSuffice = (pairs: number, lines: number): boolean =>
  pairs >= FEWEST_FOR_SIGNS && ROOM * smallestP(pairs) <= ALPHA / Math.max(1, lines);

/** How many pairs that takes; null where no number does. */
export function pairsNeeded(lines: number): number | null {
  for (let pairs = FEWEST_FOR_SIGNS; pairs <= MOST_FOR_SIGNS; pairs++) if (signsSuffice(pairs, lines)) return pairs;
  return null;
}

/** "from 12 pairs on their signs decide" */
export function pairsText(lines: number): string {
  const needed = pairsNeeded(lines);
  return needed === null ? 'compare fewer metrics or settings' : `from ${needed} pairs on their signs decide`;
}

/** The mean change with a percentile-bootstrap interval over pairs, and the sign-flip test of the differences. */
export function bySigns(line: Line, values: Values): Line {
  const bases = Float64Array.from(values, ([base]) => base);
  const news = Float64Array.from(values, ([, next]) => next);
  // Resampled are pairs, not values: the ratio of their means keeps what the common draws cancel.
  const statistic = (picked: Float64Array) =>
    changeOf(line.unit, mean(picked.map((i) => bases[i])), mean(picked.map((i) => news[i])));
  const indices = bases.map((_, i) => i);
  // Nothing is a percentage of 0: such a change is certain or not, and has no size.
  const sized = line.base !== 0 || line.unit === 'fraction';
  const { lo, hi } = sized ? bootstrap(indices, statistic, `compare/${line.name}`) : line;
  const p = signFlip(
    news.map((value, i) => value - bases[i]),
    `compare/${line.name}`,
  );
  return { ...line, lo, hi, p };
}

/**
 * Student's t of the pairs' differences. Where all values are positive and no shares it is that of their factors' logarithms, because
 * what differs from one draw to the next in times and rates is a factor; the change then is the geometric mean of the factors, and the interval its own.
 * Differences or factors that are all the same show no spread, which in so few pairs is no certainty: they stay undecided, except
 * of what follows from the configuration alone.
 *
 * @param lines that are tested together
 */
export function byStudent(line: Line, values: Values, lines: number): Line {
  const differences = values.map(([base, next]) => next - base);
  const factors =
    line.unit !== 'fraction' && values.every(([base, next]) => base > 0 && next > 0)
      ? values.map(([base, next]) => Math.log(next / base))
      : null;
  if ((alike(differences) || (factors !== null && alike(factors))) && !CONFIGURED.has(line.name)) {
    if (Math.abs(line.change!) <= ROUNDING) return { ...line, verdict: 'no change' };
    const why = `the same in all ${values.length} pairs, which leaves no spread to judge by; ${pairsText(lines)}`;
    return { ...line, verdict: 'undecided', why };
  }
  const tested = factors ?? differences;
  const interval = meanInterval(tested)!;
  const deviation = (interval.hi - interval.estimate) / studentQuantile(0.975, tested.length - 1);
  const p = studentTails(interval.estimate / deviation, tested.length - 1);
  const oneWay = tested.every((one) => Math.sign(one) === Math.sign(tested[0]));
  // Kept where nothing more certain can be said.
  const why = oneWay ? `the same way in all ${values.length} pairs, too differently to rule out luck` : undefined;
  const change =
    factors === null
      ? boundsOf(line, interval)
      : {
          change: Math.expm1(interval.estimate),
          lo: Math.expm1(interval.lo),
          hi: Math.expm1(interval.hi),
        };
  return { ...line, ...change, p, ...(why === undefined ? {} : { why }) };
}

/** Whether no more than rounding is between them. */
const alike = (values: readonly number[]): boolean =>
  Math.max(...values) - Math.min(...values) <= ROUNDING * Math.max(...values.map(Math.abs));

/** An interval of the mean difference in the terms of the change, as far as it is possible: no value is negative, no share above 1. */
function boundsOf(
  { unit, base, change }: Line,
  { lo, hi }: { lo: number; hi: number },
): Pick<Line, 'change' | 'lo' | 'hi'> {
  if (unit === 'fraction') return { change, lo: Math.max(lo, -base!), hi: Math.min(hi, 1 - base!) };
  return base === 0 ? { change, lo: null, hi: null } : { change, lo: Math.max(lo / base!, -1), hi: hi / base! };
}
