/**
 * Named random streams. One stream a purpose (gaps of cohort 3 in cell 5, lengths of cohort 3, …) means that changing how
 * often one purpose draws never changes what another one gets: policies are compared on the same arrivals.
 *
 * The npm package seedrandom (ARC4) turns the scenario's seed and the names into a state once; draws come from Prng.
 */
import seedrandom from 'seedrandom';
import { Prng } from './prng.ts';

/** The stream of these names under the scenario's seed. JSON keeps ('a', 'bc') and ('ab', 'c') apart. */
export function stream(seed: string, ...names: readonly (string | number)[]): Prng {
  const source = seedrandom(JSON.stringify([seed, ...names]));
  return new Prng(source.int32(), source.int32(), source.int32(), source.int32());
}

/** A 32-bit key for keyed hashes and permutations, from the same naming scheme. */
export function streamKey(seed: string, ...names: readonly (string | number)[]): number {
  return seedrandom(JSON.stringify([seed, ...names])).int32();
}
