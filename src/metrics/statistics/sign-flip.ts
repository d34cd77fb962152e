/**
 * Evidence that paired differences are not centred at zero: the sign-flip permutation test of their mean (Fisher, The Design of
 * Experiments, 1935, 21; Good, Permutation Tests, 2000, 3.1). Under the hypothesis that two systems are alike, each difference
 * is as likely with one sign as with the other; the p-value is the share of sign patterns with a mean at least as far from zero.
 */
import { stream } from '../../sim/random/streams.ts';

/** Up to 2^16 patterns are counted one by one; beyond, so many are drawn that more pairs never give a larger smallest p. */
const EXACT_UP_TO = 16;
const DRAWS = 2 ** (EXACT_UP_TO - 1);

/** Two-sided p; 1 where all differences are 0. Throws on an empty sample. */
export function signFlip(differences: ArrayLike<number>, seed: string): number {
  const n = differences.length;
  if (n === 0) throw new RangeError('The sign-flip test got no differences; expected at least one.');
  const sizes = Float64Array.from(differences, Math.abs);
  const total = Math.abs(Array.from(differences).reduce((sum, value) => sum + value, 0));
  // Sums of the same numbers in another order may differ in the last bits and must still count as reached.
  const reached = total * (1 - 1e-12);
  if (n <= EXACT_UP_TO) {
    let extreme = 0;
    for (let pattern = 0; pattern < 2 ** n; pattern++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += (pattern >> i) & 1 ? sizes[i] : -sizes[i];
      if (Math.abs(sum) >= reached) extreme++;
    }
    return extreme / 2 ** n;
  }
  const draw = stream(seed, 'sign-flip');
  let extreme = 1;
  for (let round = 0; round < DRAWS; round++) {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += draw.integer(2) === 1 ? sizes[i] : -sizes[i];
    if (Math.abs(sum) >= reached) extreme++;
  }
  return extreme / (DRAWS + 1);
}

/** The smallest p that `pairs` pairs can give. */
export const smallestP = (pairs: number): number => (pairs <= EXACT_UP_TO ? 2 / 2 ** pairs : 1 / (DRAWS + 1));
