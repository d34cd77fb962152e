/**
 * Evidence that two samples differ: Mann–Whitney U (Mann & Whitney 1947; ties and continuity as in Hollander, Wolfe & Chicken,
 * Nonparametric Statistical Methods, 2014, 4.1), and Holm's correction for many comparisons (Holm 1979).
 */
import { normalCdf } from '../../sim/random/special.ts';

export interface MannWhitney {
  /** Pairs (a, b) with a > b, ties counted half. */
  u: number;
  /** Two-sided p: exact up to 20 + 20 samples without ties, normal approximation otherwise. */
  p: number;
  /** u / (n·m): the chance that a draw of `a` exceeds one of `b`; 0.5 means no shift. */
  effect: number;
}

const EXACT_UP_TO = 20;

export function mannWhitney(a: ArrayLike<number>, b: ArrayLike<number>): MannWhitney {
  const [n, m] = [a.length, b.length];
  if (n === 0 || m === 0)
    throw new RangeError(`Mann–Whitney got ${n} and ${m} samples; expected at least one of each.`);
  const pooled = [
    ...Array.from(a, (value) => ({ value, first: true })),
    ...Array.from(b, (value) => ({ value, first: false })),
  ].sort((x, y) => x.value - y.value);
  let rankSum = 0;
  let ties = 0;
  for (let i = 0; i < pooled.length; ) {
    let end = i;
    while (end < pooled.length && pooled[end].value === pooled[i].value) end++;
    const size = end - i;
    ties += size ** 3 - size;
    for (; i < end; i++) if (pooled[i].first) rankSum += end - (size - 1) / 2;
  }
  const u = rankSum - (n * (n + 1)) / 2;
  const p = ties === 0 && n <= EXACT_UP_TO && m <= EXACT_UP_TO ? exactP(u, n, m) : normalP(u, n, m, ties);
  return { u, p, effect: u / (n * m) };
}

/** Two-sided p from the number of arrangements with a U at least as extreme: the recurrence of Mann & Whitney. */
function exactP(u: number, n: number, m: number): number {
  // counts[k]: ways to choose parts so that U = k, built as the Gaussian binomial coefficient [n+m over n].
  let counts = new Float64Array(n * m + 1);
  counts[0] = 1;
  for (let i = 1; i <= n; i++) {
    const next = new Float64Array(n * m + 1);
    // Multiply by (1 − q^(m+i)) / (1 − q^i).
    for (let k = 0; k <= n * m; k++) {
      next[k] = counts[k] - (k >= m + i ? counts[k - m - i] : 0) + (k >= i ? next[k - i] : 0);
    }
    counts = next;
  }
  let total = 0;
  let tail = 0;
  const extreme = Math.min(u, n * m - u);
  for (let k = 0; k <= n * m; k++) {
    total += counts[k];
    if (k <= extreme) tail += counts[k];
  }
  return Math.min(1, (2 * tail) / total);
}

function normalP(u: number, n: number, m: number, ties: number): number {
  const size = n + m;
  const variance = ((n * m) / 12) * (size + 1 - ties / (size * (size - 1)));
  if (variance <= 0) return 1;
  const distance = Math.max(0, Math.abs(u - (n * m) / 2) - 0.5);
  return Math.min(1, 2 * normalCdf(-distance / Math.sqrt(variance)));
}

/** Holm's step-down adjustment: p-values that may be compared with one level whatever their number. */
export function holm(pValues: readonly number[]): number[] {
  const order = pValues.map((_, i) => i).sort((i, j) => pValues[i] - pValues[j]);
  const adjusted = new Array<number>(pValues.length);
  let largest = 0;
  order.forEach((at, step) => {
    largest = Math.max(largest, Math.min(1, (pValues.length - step) * pValues[at]));
    adjusted[at] = largest;
  });
  return adjusted;
}
