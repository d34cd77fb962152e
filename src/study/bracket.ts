/**
 * Finds where a condition breaks along one axis, from replications that each say whether it holds at a value.
 *
 * A coarse geometric grid first: it finds the side that breaks and shows a condition that breaks and recovers. Then every
 * gap between neighbouring values across which some replication changes its answer is halved (in the logarithm) until its
 * ends are as close as the resolution asks. All replications are taken at every value, so each has a knee of its own under
 * the same draws, and the spread of these knees is the uncertainty that the draws leave.
 *
 * Simulations: coarse + about log2(gap / resolution) for each change, times replications.
 */
import { LEAST_FOR_INTERVAL, meanInterval } from '../metrics/statistics/resampling.ts';

export interface BracketOptions {
  /** First values, ascending. */
  grid: readonly number[];
  /** The value that the axis can take nearest to this one. */
  snap(value: number): number;
  /** Two values closer than this (as a ratio minus 1) are not told apart: 0.05. */
  resolution: number;
  /** Most values to evaluate. */
  most: number;
  /** For each of `values`: whether the condition holds, one answer a replication. */
  evaluate(values: readonly number[]): Promise<readonly (readonly boolean[])[]>;
}

export interface Sample {
  value: number;
  /** By replication. */
  holds: readonly boolean[];
}

/** Where one replication changes its answer for the first time, going up. */
export interface Crossing {
  below: number;
  above: number;
}

export interface Bracket {
  /**
   * `knee`: one change; `holds` and `breaks`: none in the range; `not monotone`: it breaks and holds again, in all
   * replications at once.
   */
  verdict: 'knee' | 'holds' | 'breaks' | 'not monotone';
  /** Side of the knee on which the condition holds; null without a knee. */
  side: 'below' | 'above' | null;
  samples: readonly Sample[];
  /** The first crossing of each replication; null where it has none in the range. */
  crossings: readonly (Crossing | null)[];
  /**
   * From the highest value up to which all replications agree to the lowest from which on they agree again; to the end of
   * the range where they disagree there (a replication without a crossing has its knee beyond it).
   */
  bracket: Crossing | null;
  /** Geometric mean of the replications' knees with its 95% Student-t interval; null below three of them. */
  mean: { estimate: number; lo: number; hi: number } | null;
  /** Stretches in which all replications agree, ascending; replications disagree between them. */
  stretches: readonly Stretch[];
  /** Values between which some replication changes its answer more than once: the draws decide, not the axis. */
  disagreement: Crossing | null;
  /** The widest gap between values that were looked at, as a ratio: a recovery narrower than this may hide in it. */
  widestGap: number;
  /** False where `most` ended the search before the resolution was reached. */
  resolved: boolean;
}

export interface Stretch {
  from: number;
  to: number;
  holds: boolean;
}

export async function findBracket(options: BracketOptions): Promise<Bracket> {
  const { grid, snap, resolution, most, evaluate } = options;
  const known = new Map<number, readonly boolean[]>();
  const take = async (values: readonly number[]) => {
    const fresh = [...new Set(values)].filter((value) => !known.has(value)).slice(0, Math.max(0, most - known.size));
    if (fresh.length === 0) return false;
    const answers = await evaluate(fresh);
    for (const [i, value] of fresh.entries()) known.set(value, answers[i]);
    return true;
  };
  await take(grid);
  let open = gaps(samplesOf(known), resolution, snap);
  while (open.length > 0 && (await take(open.map(({ middle }) => middle)))) {
    open = gaps(samplesOf(known), resolution, snap);
  }
  return judge(samplesOf(known), open.length === 0);
}

const samplesOf = (known: ReadonlyMap<number, readonly boolean[]>): Sample[] =>
  [...known].map(([value, holds]) => ({ value, holds })).sort((a, b) => a.value - b.value);

const changes = (a: Sample, b: Sample): boolean => a.holds.some((holds, i) => holds !== b.holds[i]);

/** Neighbours between which an answer changes and that can still be told apart, with the value between them. */
function gaps(samples: readonly Sample[], resolution: number, snap: (value: number) => number) {
  return samples.slice(1).flatMap((above, i) => {
    const below = samples[i];
    const middle = snap(Math.sqrt(below.value * above.value));
    const between = middle > below.value && middle < above.value;
    return changes(below, above) && between && above.value / below.value > 1 + resolution ? [{ middle }] : [];
  });
}

/** Reads the result off what was sampled. */
export function judge(samples: readonly Sample[], resolved: boolean): Bracket {
  const replications = samples[0].holds.length;
  const crossings = Array.from({ length: replications }, (_, r) => firstCrossing(samples, r));
  const stretches = agreed(samples);
  const kinds = stretches.map(({ holds }) => holds);
  const flips = kinds.filter((holds, i) => i > 0 && holds !== kinds[i - 1]).length;
  const verdict = verdictOf(kinds, flips, crossings);
  const side =
    verdict === 'knee' ? (samples[0].holds.filter(Boolean).length * 2 > replications ? 'below' : 'above') : null;
  return {
    verdict,
    side,
    samples,
    crossings,
    bracket: verdict === 'knee' ? around(samples) : null,
    mean: verdict === 'knee' ? meanKnee(crossings) : null,
    stretches,
    disagreement: disagreementOf(samples),
    widestGap: samples.slice(1).reduce((widest, { value }, i) => Math.max(widest, value / samples[i].value), 1),
    resolved,
  };
}

function verdictOf(
  kinds: readonly boolean[],
  flips: number,
  crossings: readonly (Crossing | null)[],
): Bracket['verdict'] {
  if (flips > 1) return 'not monotone';
  if (flips === 1 || crossings.some((crossing) => crossing !== null)) return 'knee';
  return kinds[0] === true ? 'holds' : 'breaks';
}

function firstCrossing(samples: readonly Sample[], replication: number): Crossing | null {
  const at = samples.findIndex(({ holds }, i) => i > 0 && holds[replication] !== samples[i - 1].holds[replication]);
  return at < 0 ? null : { below: samples[at - 1].value, above: samples[at].value };
}

/** Runs of samples in which every replication gives the same answer; runs of the same answer are joined across others. */
function agreed(samples: readonly Sample[]): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { value, holds } of samples) {
    if (holds.some((one) => one !== holds[0])) continue;
    const last = stretches.at(-1);
    if (last?.holds === holds[0]) last.to = value;
    else stretches.push({ from: value, to: value, holds: holds[0] });
  }
  return stretches;
}

/** The span outside of which all replications agree; as far as the range where they disagree at its very end. */
function around(samples: readonly Sample[]): Crossing {
  const whole = ({ holds }: Sample) => holds.every((one) => one === holds[0]);
  const [low, high] = [samples[0], samples[samples.length - 1]];
  const first = samples.findIndex((sample) => changes(sample, low));
  const last = samples.findLastIndex((sample) => changes(sample, high));
  return {
    below: whole(low) && first > 0 ? samples[first - 1].value : low.value,
    above: whole(high) && last >= 0 ? samples[last + 1].value : high.value,
  };
}

function disagreementOf(samples: readonly Sample[]): Crossing | null {
  const replications = samples[0].holds.length;
  const spans = Array.from({ length: replications }, (_, r) => {
    const at = samples.flatMap(({ holds }, i) => (i > 0 && holds[r] !== samples[i - 1].holds[r] ? [i] : []));
    return at.length > 1 ? [samples[at[0] - 1].value, samples[at[at.length - 1]].value] : [];
  }).flat();
  return spans.length === 0 ? null : { below: Math.min(...spans), above: Math.max(...spans) };
}

function meanKnee(crossings: readonly (Crossing | null)[]): Bracket['mean'] {
  const found = crossings.filter((crossing) => crossing !== null);
  // A replication without a knee in the range has one outside of it: a mean of the others would be biased.
  if (found.length < crossings.length || found.length < LEAST_FOR_INTERVAL) return null;
  const interval = meanInterval(found.map(({ below, above }) => Math.log(below * above) / 2));
  if (interval === null) return null;
  // A knee is known to half its own crossing; the interval of the mean cannot be narrower.
  const half = found.reduce((sum, { below, above }) => sum + Math.log(above / below) / 2, 0) / found.length;
  return {
    estimate: Math.exp(interval.estimate),
    lo: Math.exp(Math.min(interval.lo, interval.estimate - half)),
    hi: Math.exp(Math.max(interval.hi, interval.estimate + half)),
  };
}

/** Chance that the median of all possible draws' knees lies between the least and the greatest of `n` of them. */
export const medianCoverage = (n: number): number => (n < 2 ? 0 : 1 - 2 ** (1 - n));
