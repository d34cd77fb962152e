/**
 * Verdicts on simulated metrics, from replications paired by seed.
 *
 * Six pairs and more: mean change with a percentile-bootstrap interval over pairs (metrics/statistics/resampling.ts), a sign-flip test of the
 * differences, Holm's correction over all lines. Improved or regressed: significant, and by more than the margin. No change: the
 * interval lies within the margin.
 *
 * Three to five pairs cannot be significant to that test, which takes the signs alone. They are judged by Student's t of their differences, with
 * its interval, in the same correction: it takes the differences of replications for normal, which quantiles, counts and indices of fairness are but nearly. Differences that are all the
 * same show no spread, which in so few pairs is no certainty: they stay undecided, except of what follows from the configuration alone.
 * Where the base is 0 no relative interval is given.
 *
 * One or two pairs, and few runs of one scenario and seed, have no spread to speak of. Then each run's own interval (batch means, order statistics) is the measure of noise: a
 * difference beyond the margin counts where the intervals of the two runs of every pair are apart, all the same way. A metric without an
 * interval counts between runs of the same scenario and seed, where nothing but the code differs. Anything else is undecided, and so
 * is an interval clear of zero where the pairs are too few for Holm's correction.
 */
import { metricNamed } from '../../metrics/catalog/index.ts';
import { bootstrap, mean, meanInterval } from '../../metrics/statistics/resampling.ts';
import { signFlip, smallestP } from '../../metrics/statistics/sign-flip.ts';
import { studentQuantile, studentTails } from '../../metrics/statistics/student.ts';
import { holm } from '../../metrics/statistics/tests.ts';
import type { SummaryRow } from '../../metrics/summary.ts';
import { ALPHA, type Better, changeOf, direction, type Line, marginFor, type Verdict } from './comparison.ts';

/** Below this number of pairs no sign pattern is rarer than 5%. */
export const FEWEST_PAIRS = 6;

/** From here on differences have a spread that Student's t can stand on. */
export const FEWEST_FOR_T = 3;

/** Relative size of what sums of doubles leave. */
const ROUNDING = 1e-9;

/** Metrics that follow from the configuration alone, whatever the draws: one pair says all. */
const CONFIGURED: ReadonlySet<string> = new Set(['cost_usd_per_user_month', 'dedicated_usd_per_user_month']);

/** What a run is judged by where nothing else is asked for, as far as both sides have it. */
export const HEADLINE: readonly string[] = [
  'ttft_ms_p50',
  'ttft_ms_p99',
  'tpot_ms_p50',
  'tpot_ms_p99',
  'e2el_ms_p99',
  'output_tps',
  'goodput_rps',
  'slo_attainment',
  'rejections',
  'hit_ratio_gpu',
  'jain_users',
  'cost_usd_per_million_tokens',
  'cost_usd_per_user_month',
];

export interface Pair {
  seed: string;
  base: readonly SummaryRow[];
  new: readonly SummaryRow[];
}

export interface JudgeOptions {
  metrics: readonly string[];
  margin: number;
  /** Same scenario on both sides: the draws are the same, and so is everything that was not changed on purpose. */
  sameScenario: boolean;
  /** What adds up over a run is compared only between runs of one duration. */
  sameDuration?: boolean;
}

/** One line a metric that at least one side has. */
export function judge(pairs: readonly Pair[], options: JudgeOptions): Line[] {
  const lines = draftLines(pairs, options);
  settle(lines, options.margin);
  return lines;
}

/** Lines before the correction: `p` is that of the line alone, and what was tested has no verdict yet. */
export const draftLines = (pairs: readonly Pair[], options: JudgeOptions): Line[] =>
  options.metrics.flatMap((metric) => draft(metric, pairs, options) ?? []);

/** Corrects all lines that were tested together, whatever settings they are of, and gives them their verdicts. */
export function settle(lines: readonly Line[], margin: number): void {
  const tested = lines.filter(({ p }) => p !== null);
  const raw = tested.map(({ p }) => p!);
  const adjusted = holm(raw);
  const needed = pairsNeeded(tested.length);
  tested.forEach((line, i) => {
    line.p = adjusted[i];
    line.verdict = fromInterval(line, margin);
    if (line.n < FEWEST_PAIRS) {
      if (line.verdict === 'within noise' && raw[i] < ALPHA) {
        line.verdict = 'undecided';
        line.why =
          adjusted[i] < ALPHA
            ? 'clear of zero, not of the margin'
            : `clear of zero by itself, not beside ${tested.length} lines: it takes ${needed} pairs`;
      } else if (line.verdict === 'within noise' && line.why !== undefined) line.verdict = 'undecided';
      else delete line.why;
    } else if (
      line.verdict === 'within noise' &&
      line.n < needed &&
      (line.lo === null ? raw[i] < ALPHA : line.lo > 0 || line.hi! < 0)
    ) {
      line.verdict = 'undecided';
      line.why = `too few pairs beside ${tested.length} lines: it takes ${needed}`;
    }
  });
}

/** How many pairs it takes for one of `metrics` lines to be significant after Holm's correction. */
export function pairsNeeded(metrics: number): number {
  let pairs = FEWEST_PAIRS;
  while (smallestP(pairs) > ALPHA / Math.max(1, metrics)) pairs++;
  return pairs;
}

function draft(metric: string, pairs: readonly Pair[], options: JudgeOptions): Line | null {
  const rows = pairs.map((pair) => ({ base: find(pair.base, metric), new: find(pair.new, metric) }));
  const row = rows[0].base ?? rows[0].new;
  if (row === undefined) return null;
  const better: Better = metricNamed(metric)?.better ?? 'neither';
  const values = rows.map((pair) => [pair.base?.value ?? null, pair.new?.value ?? null] as const);
  const line: Line = {
    name: metric,
    unit: row.unit,
    better,
    base: meanOf(values.map(([base]) => base)),
    new: meanOf(values.map(([, next]) => next)),
    change: null,
    lo: null,
    hi: null,
    p: null,
    n: pairs.length,
    verdict: 'not comparable',
  };
  if (options.sameDuration === false && addsUp(line)) return { ...line, why: 'adds up over runs of other durations' };
  if (values.every(([base, next]) => Object.is(base, next))) return { ...line, change: 0, verdict: 'equal' };
  if (line.base === null || line.new === null) {
    return { ...line, why: `${line.base === null ? 'the base' : 'the new side'} has no value: its sample is empty` };
  }
  line.change = changeOf(line.unit, line.base, line.new);
  const whole = values as (readonly [number, number])[];
  if (pairs.length >= FEWEST_PAIRS) return withInterval(line, whole);
  if (pairs.length >= FEWEST_FOR_T && !options.sameScenario) return withStudent(line, whole);
  return { ...line, ...few(line, rows, options) };
}

/** Counts and totals of a whole run; levels and rates do not depend on how long it is. */
const addsUp = ({ name, unit }: Line): boolean =>
  name.endsWith('_total') || (unit === 'count' && !/_(mean|peak|min|max|p\d+)$/.test(name));

/** Adds interval and raw p; the verdict follows when all lines are corrected together. */
function withInterval(line: Line, values: readonly (readonly [number, number])[]): Line {
  const bases = Float64Array.from(values, ([base]) => base);
  const news = Float64Array.from(values, ([, next]) => next);
  // Resampled are pairs, not values: the ratio of their means keeps what the common draws cancel.
  const statistic = (picked: Float64Array) =>
    changeOf(line.unit, mean(picked.map((i) => bases[i])), mean(picked.map((i) => news[i])));
  const indices = bases.map((_, i) => i);
  const { lo, hi } = hasNoScale(line) ? line : bootstrap(indices, statistic, `compare/${line.name}`);
  const p = signFlip(
    news.map((value, i) => value - bases[i]),
    `compare/${line.name}`,
  );
  return { ...line, lo, hi, p };
}

/** Nothing is a percentage of 0: such a change is certain or not, and has no size. */
const hasNoScale = ({ unit, base }: Line): boolean => base === 0 && unit !== 'fraction';

/** The same for three to five pairs: the interval of the mean difference, in the terms of the change. */
function withStudent(line: Line, values: readonly (readonly [number, number])[]): Line {
  const differences = values.map(([base, next]) => next - base);
  const { estimate, lo, hi } = meanInterval(differences)!;
  const half = hi - estimate;
  // No more than rounding apart: a spread of 0 says that the pairs are few, not that the next would be the same.
  if (half <= ROUNDING * Math.abs(estimate) && !CONFIGURED.has(line.name)) {
    if (Math.abs(line.change!) <= ROUNDING) return { ...line, verdict: 'no change' };
    const why = `the same in all ${differences.length} pairs, which leaves no spread to judge by: it takes ${FEWEST_PAIRS}`;
    return { ...line, verdict: 'undecided', why };
  }
  const deviation = half / studentQuantile(0.975, differences.length - 1);
  const p = studentTails(estimate / deviation, differences.length - 1);
  const of = (difference: number) =>
    hasNoScale(line) ? null : changeOf(line.unit, line.base!, line.base! + difference);
  const oneWay = differences.every((one) => Math.sign(one) === Math.sign(differences[0]));
  // Kept where nothing more certain can be said.
  const why = oneWay ? `the same way in all ${differences.length} pairs, too differently to rule out luck` : undefined;
  return { ...line, lo: of(lo), hi: of(hi), p, ...(why === undefined ? {} : { why }) };
}

function fromInterval(line: Line, margin: number): Verdict {
  const within = marginFor(line.unit, margin);
  const change = line.change!;
  if (line.lo === null) return line.p! < ALPHA ? direction(line.better, change) : 'within noise';
  const [lo, hi] = [line.lo, line.hi!];
  if (lo >= -within && hi <= within) return 'no change';
  const apart = lo > 0 || hi < 0;
  if (apart && line.p! < ALPHA && Math.abs(change) > within) return direction(line.better, change);
  return 'within noise';
}

function few(
  line: Line,
  rows: readonly { base: SummaryRow | undefined; new: SummaryRow | undefined }[],
  { margin, sameScenario }: JudgeOptions,
): Pick<Line, 'verdict' | 'why'> {
  if (Math.abs(line.change!) <= marginFor(line.unit, margin) && sameScenario) return { verdict: 'no change' };
  const intervals = rows.flatMap(({ base, new: next }) =>
    base != null && next != null && base.lo !== null && base.hi !== null && next.lo !== null && next.hi !== null
      ? [[base.lo, base.hi, next.lo, next.hi]]
      : [],
  );
  if (intervals.length === rows.length) {
    const ways = intervals.map(([lo, hi, newLo, newHi]) => (newLo > hi ? 1 : newHi < lo ? -1 : 0));
    const apart = ways[0] !== 0 && ways.every((way) => way === ways[0]);
    const large = Math.abs(line.change!) > marginFor(line.unit, margin);
    if (apart && large) return { verdict: direction(line.better, line.change!) };
    return { verdict: 'undecided', why: "the runs' own 95% intervals overlap" };
  }
  if (sameScenario) return { verdict: direction(line.better, line.change!) };
  // One run says nothing of its spread here, and the ways of few pairs are no test.
  const one = rows.length === 1 ? 'one pair' : `the same way in ${sameWay(rows)} of ${rows.length} pairs`;
  return { verdict: 'undecided', why: `${one}; a test takes ${FEWEST_FOR_T}` };
}

/** In how many pairs the value moves as it does in most of them. */
function sameWay(rows: readonly { base: SummaryRow | undefined; new: SummaryRow | undefined }[]): number {
  const ways = rows.map(({ base, new: next }) => Math.sign((next?.value ?? 0) - (base?.value ?? 0)));
  return Math.max(ways.filter((way) => way > 0).length, ways.filter((way) => way < 0).length);
}

const find = (rows: readonly SummaryRow[], metric: string) =>
  rows.find((row) => row.metric === metric && row.cohort === 'all');

/** Null where any is: a mean over part of the seeds would compare different draws. */
function meanOf(values: readonly (number | null)[]): number | null {
  return values.some((value) => value === null) ? null : mean(values as number[]);
}
