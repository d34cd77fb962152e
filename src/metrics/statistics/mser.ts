/**
 * MSER-5 (White, Cobb & Spratt, WSC 2000): where to cut the warm-up off a series. Means of five observations are taken, and the
 * cut is the one that makes the standard error of the rest least; cuts in the second half are not considered, for there the
 * rule says no more than that the run is too short.
 */
const GROUP = 5;

/** How many leading observations to drop, a multiple of 5; null where the series is too short to tell. */
export function mser5(series: ArrayLike<number>): number | null {
  const groups = Math.floor(series.length / GROUP);
  if (groups < 4) return null;
  let sum = 0;
  let squares = 0;
  let best = Number.POSITIVE_INFINITY;
  let cut = 0;
  // From the end: the rest after a cut grows by one group a step.
  for (let group = groups - 1; group >= 0; group--) {
    let mean = 0;
    for (let i = 0; i < GROUP; i++) mean += series[group * GROUP + i] / GROUP;
    sum += mean;
    squares += mean * mean;
    const kept = groups - group;
    if (group > groups / 2) continue;
    const error = (squares - (sum * sum) / kept) / (kept * kept);
    if (error <= best) {
      best = error;
      cut = group;
    }
  }
  return cut * GROUP;
}
