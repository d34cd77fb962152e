/**
 * Verdicts on measured values: repeated samples of both sides, taken in turn. Mann–Whitney for evidence, Holm over all lines, and a
 * least effect, because with enough samples everything differs. Tools that do as much: criterion.rs, benchstat.
 */
import { median } from '../../metrics/statistics/quantiles.ts';
import { holm, mannWhitney } from '../../metrics/statistics/tests.ts';
import { stream } from '../../sim/random/streams.ts';
import {
  type Better,
  type Comparison,
  direction,
  infoOf,
  type Line,
  overall,
  type SideInfo,
  type Verdict,
} from './comparison.ts';

/**
 * Family-wise level for measured values. Stricter than for simulated ones: a gate on timings runs at every commit, on shapes by the
 * dozen, and one false alarm in twenty would teach people to ignore it.
 */
export const ALPHA_MEASURED = 0.01;
/** Below this no arrangement of the samples is that rare: 2 / C(10, 5) = 0.8%. */
export const FEWEST_SAMPLES = 5;
const RESAMPLES = 1000;

export interface Samples {
  name: string;
  unit: string;
  better: Better;
  base: readonly number[];
  new: readonly number[];
}

/** What was measured of two sides, as a comparison. */
export function measuredComparison(
  base: SideInfo,
  next: SideInfo,
  least: number,
  lines: Line[],
  notes: string[],
): Comparison {
  return {
    provenance: 'measured',
    base: infoOf(base),
    new: infoOf(next),
    method: 'samples',
    margin: least,
    alpha: ALPHA_MEASURED,
    verdict: overall(lines, null),
    lines,
    differences: null,
    exact: null,
    divergence: null,
    notes,
  };
}

/** @param least the smallest relative change of the median that counts: 0.03 */
export function judgeSamples(all: readonly Samples[], least: number): Line[] {
  const lines = all.map((samples) => lineOf(samples));
  const tested = lines.filter(({ p }) => p !== null);
  const adjusted = holm(tested.map(({ p }) => p!));
  const needed = samplesNeeded(tested.length);
  tested.forEach((line, i) => {
    line.p = adjusted[i];
    line.verdict = verdictOf(line, least);
    // Clear of zero and yet within noise: no number of samples this small can be significant.
    if (line.verdict !== 'within noise' || line.n >= needed || (line.lo! <= 0 && line.hi! >= 0)) return;
    line.verdict = 'undecided';
    line.why = `too few samples to tell: it takes ${needed}`;
  });
  return lines;
}

/** How many samples a side it takes for one of `lines` to be significant after Holm's correction. */
export function samplesNeeded(lines: number): number {
  let needed = FEWEST_SAMPLES;
  while (smallestP(needed) > ALPHA_MEASURED / Math.max(1, lines)) needed++;
  return needed;
}

/** 2 / C(2n, n): both sides fully apart. */
function smallestP(n: number): number {
  let arrangements = 1;
  for (let i = 1; i <= n; i++) arrangements *= (n + i) / i;
  return 2 / arrangements;
}

/** What to say where the samples are too few for any verdict; nothing otherwise. */
export function samplesNotes(lines: readonly Line[]): string[] {
  const needed = samplesNeeded(lines.length);
  const fewest = Math.min(...lines.map(({ n }) => n));
  if (lines.length === 0 || fewest >= needed) return [];
  return [
    `${fewest} ${fewest === 1 ? 'sample' : 'samples'} a side cannot make one of ${lines.length} lines significant after Holm's correction; take ${needed}`,
  ];
}

function lineOf({ name, unit, better, base, new: next }: Samples): Line {
  const [a, b] = [median(base), median(next)];
  const line: Line = {
    name,
    unit,
    better,
    base: a,
    new: b,
    change: a === null || b === null ? null : b / a - 1,
    lo: null,
    hi: null,
    p: null,
    n: Math.min(base.length, next.length),
    verdict: 'not comparable',
  };
  if (a === null || b === null) return { ...line, why: `only ${a === null ? 'the new side' : 'the base'} has it` };
  if (line.n < FEWEST_SAMPLES)
    return { ...line, verdict: 'undecided', why: `too few samples to tell: it takes ${FEWEST_SAMPLES}` };
  return { ...line, ...medianRatioInterval(base, next, name), p: mannWhitney(base, next).p };
}

/** Half the width of the interval of the change: what a smaller one cannot be told from none. */
export function precisionOf({ base, new: next, name }: Samples): number {
  const { lo, hi } = medianRatioInterval(base, next, name);
  return (hi - lo) / 2;
}

function verdictOf(line: Line, least: number): Verdict {
  if (line.lo! >= -least && line.hi! <= least) return 'no change';
  if (line.p! < ALPHA_MEASURED && Math.abs(line.change!) >= least) return direction(line.better, line.change!);
  return 'within noise';
}

/** Percentile bootstrap of the ratio of medians − 1, both sides resampled. */
function medianRatioInterval(base: readonly number[], next: readonly number[], seed: string) {
  const draw = stream(`compare/${seed}`, 'bootstrap');
  const resample = (values: readonly number[]) => median(values.map(() => values[draw.integer(values.length)]))!;
  const ratios = Float64Array.from({ length: RESAMPLES }, () => 1 / resample(base)).map(
    (inverse) => inverse * resample(next) - 1,
  );
  ratios.sort();
  return { lo: ratios[Math.floor(0.025 * RESAMPLES)], hi: ratios[Math.ceil(0.975 * RESAMPLES) - 1] };
}
