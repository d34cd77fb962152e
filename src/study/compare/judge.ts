/**
 * Verdicts on simulated metrics, from replications paired by seed.
 *
 * Improved or regressed: significant after Holm's correction over all lines, and by more than the margin. No change: the interval lies
 * within the margin. The test is that of paired-tests.ts which the pairs suffice for: signs alone take more of them the more lines
 * there are (eight for one, twelve for thirteen), Student's t takes three.
 *
 * One or two pairs, and few runs of one scenario and seed, have no spread to speak of. Then each run's own interval (batch means, order statistics) is the measure of noise: a
 * difference beyond the margin counts where the intervals of the two runs of every pair are apart, all the same way. A metric without an
 * interval counts between runs of the same scenario and seed, where nothing but the code differs. Anything else is undecided, and so
 * is an interval clear of zero where the pairs are too few for Holm's correction.
 */
import { metricNamed } from '../../metrics/catalog/index.ts';
import { mean } from '../../metrics/statistics/resampling.ts';
import { holm } from '../../metrics/statistics/tests.ts';
import type { SummaryRow } from '../../metrics/summary.ts';
import { ALPHA, type Better, changeOf, direction, type Line, marginFor, type Verdict } from './comparison.ts';
import {
  bySigns,
  byStudent,
  FEWEST_FOR_SIGNS,
  FEWEST_FOR_T,
  pairsText,
  signsSuffice,
  type Values,
} from './paired-tests.ts';

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
  /** False where the sides are asked for different numbers of requests a second: what follows them is no better and no worse. */
  sameLoad?: boolean;
}

/** A line before the tests. */
export interface Draft {
  readonly line: Line;
  /** What is to be tested; null where the line has its verdict. */
  readonly values: Values | null;
}

/** One line a metric that at least one side has. */
export const judge = (pairs: readonly Pair[], options: JudgeOptions): Line[] =>
  settle(draftLines(pairs, options), options.margin);

export const draftLines = (pairs: readonly Pair[], options: JudgeOptions): Draft[] =>
  options.metrics.flatMap((metric) => draft(metric, pairs, options) ?? []);

const DIRECTED: readonly Verdict[] = ['improved', 'regressed', 'changed'];

/** Tests all lines together, whatever settings they are of, and gives them their verdicts. */
export function settle(drafts: readonly Draft[], margin: number): Line[] {
  const together = drafts.filter(({ values }) => values !== null).length;
  const lines = drafts.map(({ line, values }) =>
    values === null
      ? line
      : signsSuffice(values.length, together)
        ? bySigns(line, values)
        : byStudent(line, values, together),
  );
  const tested = lines.filter(({ p }) => p !== null);
  const raw = tested.map(({ p }) => p!);
  const adjusted = holm(raw);
  tested.forEach((line, i) => {
    line.p = adjusted[i];
    line.verdict = fromInterval(line, margin);
    if (signsSuffice(line.n, together)) return;
    if (DIRECTED.includes(line.verdict) && Math.sign(line.new! - line.base!) !== Math.sign(line.change!)) {
      line.verdict = 'undecided';
      line.why = 'the pairs move one way, their mean the other';
      return;
    }
    if (line.verdict === 'within noise' && raw[i] < ALPHA) {
      line.verdict = 'undecided';
      line.why =
        adjusted[i] < ALPHA
          ? 'clear of zero, not of the margin'
          : `clear of zero by itself, not beside ${together} lines; ${pairsText(together)}`;
    } else if (line.verdict === 'within noise' && line.why !== undefined) line.verdict = 'undecided';
    else delete line.why;
  });
  return lines;
}

function draft(metric: string, pairs: readonly Pair[], options: JudgeOptions): Draft | null {
  const rows = pairs.map((pair) => ({ base: find(pair.base, metric), new: find(pair.new, metric) }));
  const row = rows[0].base ?? rows[0].new;
  if (row === undefined) return null;
  const known = metricNamed(metric);
  const follows = options.sameLoad === false && known?.followsLoad === true;
  const better: Better = follows ? 'neither' : (known?.better ?? 'neither');
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
  const decided = (rest: Partial<Line>): Draft => ({ line: { ...line, ...rest }, values: null });
  if (options.sameDuration === false && addsUp(line)) return decided({ why: 'adds up over runs of other durations' });
  if (values.every(([base, next]) => Object.is(base, next))) return decided({ change: 0, verdict: 'equal' });
  if (line.base === null || line.new === null)
    return decided({ why: `${line.base === null ? 'the base' : 'the new side'} has no value: its sample is empty` });
  line.change = changeOf(line.unit, line.base, line.new);
  if (pairs.length >= (options.sameScenario ? FEWEST_FOR_SIGNS : FEWEST_FOR_T))
    return { line, values: values as Values };
  return decided(few(line, rows, options));
}

/** Counts and totals of a whole run; levels and rates do not depend on how long it is. */
const addsUp = ({ name, unit }: Line): boolean =>
  name.endsWith('_total') || (unit === 'count' && !/_(mean|peak|min|max|p\d+)$/.test(name));

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
