/** Reads a cell's arrivals to the end, or to a limit, optionally answering each. */
import type { ArrivalSource } from '../../../../src/sim/population/source.ts';

export interface Arrival {
  ns: number;
  user: number;
  adapter: number;
  cohort: number;
  prompt: number;
  output: number;
  turn: number;
}

export const current = (source: ArrivalSource): Arrival => ({
  ns: source.nextNs,
  user: source.user,
  adapter: source.adapter,
  cohort: source.cohort,
  prompt: source.promptTokens,
  output: source.outputTokens,
  turn: source.turn,
});

/** @param serviceNs time from an arrival to its end; null: nothing ever ends */
export function read(
  source: ArrivalSource,
  serviceNs: ((a: Arrival) => number) | null = null,
  limit = Infinity,
): Arrival[] {
  const arrivals: Arrival[] = [];
  const running: { ns: number; a: Arrival }[] = [];
  while (arrivals.length < limit) {
    const first = running.length === 0 ? null : running.reduce((x, y) => (y.ns < x.ns ? y : x));
    if (first !== null && first.ns < source.nextNs) {
      running.splice(running.indexOf(first), 1);
      const { a, ns } = first;
      source.ended(a.user, a.cohort, a.turn, a.prompt, a.output, ns);
      continue;
    }
    if (source.nextNs === Number.POSITIVE_INFINITY) break;
    const a = current(source);
    arrivals.push(a);
    source.advance();
    if (serviceNs !== null) running.push({ ns: a.ns + serviceNs(a), a });
  }
  return arrivals;
}
