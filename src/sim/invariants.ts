/**
 * The simulator's invariants. Each has a number that stands in code, tests and messages; a broken one is a bug of ours, never
 * of the scenario. Cheap ones are always on; `--check` also runs the whole-cell audit (audit.ts) after every event.
 */
export const INVARIANTS = {
  'INV-1': 'requests are conserved: arrivals = finished + refused + unfinished, and in flight counts them all',
  'INV-2': 'the clock never goes back',
  'INV-3': 'KV blocks balance: free + held by requests + held by adapters = total',
  'INV-4': 'tier accounts balance: bytes and entries equal the sum over residents and stay within capacity',
  'INV-5': 'a request runs only with its own adapter, active in the GPU slot that it pins',
  'INV-6': 'an idle replica has no admissible work',
  'INV-7': 'tokens balance: gaps between tokens = tokens produced − requests that produced any',
  'INV-8': 'the attended-token sums equal the sum over the decoding requests',
  'INV-9': 'pins equal the requests that hold them',
  'INV-10': 'one load at a time for one missing adapter',
  'INV-11': 'a request gets a revision that was ready when it arrived, and keeps it',
  'INV-12': 'one revision of an adapter is under way at a time',
  'INV-13': 'an adapter has one revision in use: one that passed, or the one that it began with',
} as const;
export type InvariantId = keyof typeof INVARIANTS;

export class InvariantError extends Error {
  readonly id: InvariantId;
  constructor(id: InvariantId, where: string, actual: number, expected: number) {
    super(`${id} broken in ${where}: ${INVARIANTS[id]} (found ${actual}, expected ${expected})`);
    this.name = 'InvariantError';
    this.id = id;
  }
}

export function invariant(holds: boolean, id: InvariantId, where: string, actual: number, expected: number): void {
  if (!holds) throw new InvariantError(id, where, actual, expected);
}
