/** cohorts.arrow (one row a cohort, all counters) and breakdown.arrow (where request time and step time went). */
import { COST_PARTS, TICKS_PER_SECOND } from '../../sim/cost/step-cost.ts';
import { type RunFacts, scopesOf } from '../facts.ts';
import { COUNTERS } from '../layout.ts';
import { counterOf, histogramOf, partTicks, type RunResult, type Scope } from '../result.ts';
import { type Column, encode, type TableSpec } from './arrow.ts';

const PREFIXES: readonly [string, string][] = [
  ['measured_', ' (requests that arrived at or after warm-up)'],
  ['window_', ' (events inside [warm-up, duration))'],
];

export function cohortsTable(run: RunResult, facts: RunFacts): TableSpec {
  const counters = COUNTERS.map((name): Column => {
    const [prefix, basis] = PREFIXES.find(([start]) => name.startsWith(start)) ?? ['', ''];
    return {
      name,
      unit: name.includes('bytes') ? 'B' : name.endsWith('tokens') ? 'tokens' : 'count',
      description: name.slice(prefix.length).replaceAll('_', ' ') + basis,
      data: Float64Array.from(facts.cohorts, (_, cohort) => counterOf(run, name, cohort)),
    };
  });
  return {
    name: 'cohorts',
    columns: [{ name: 'cohort', unit: 'name', description: 'cohort', data: encode(facts.cohorts) }, ...counters],
  };
}

export interface LostTime {
  /** End-to-end time of all requests that arrived after warm-up and finished, ns. */
  whole: bigint;
  parts: { part: 'alone' | 'queue' | 'adapter_wait' | 'batching'; ns: bigint }[];
}

/**
 * The end-to-end time of finished requests, divided without remainder. `alone` is what they would take on an empty replica;
 * `batching` is the rest: longer steps because of others, less what was saved where the adapter was already on the GPU (so it
 * can be negative).
 */
export function lostTime(run: RunResult, scope: Scope): LostTime {
  const sum = (name: 'e2el' | 'alone' | 'queue' | 'adapter_wait') => histogramOf(run, name, scope)?.exactSum ?? 0n;
  const [whole, alone, queue, wait] = [sum('e2el'), sum('alone'), sum('queue'), sum('adapter_wait')];
  return {
    whole,
    parts: [
      { part: 'alone', ns: alone },
      { part: 'queue', ns: queue },
      { part: 'adapter_wait', ns: wait },
      { part: 'batching', ns: whole - alone - queue - wait },
    ],
  };
}

export function breakdownTable(run: RunResult, facts: RunFacts): TableSpec {
  const rows = scopesOf(facts).flatMap(({ scope, name }) =>
    lostTime(run, scope).parts.map(({ part, ns }) => ({
      part,
      cohort: name,
      seconds: Number(ns) / 1e9,
    })),
  );
  return {
    name: 'breakdown',
    columns: [
      { name: 'part', unit: 'name', description: 'part of end-to-end time', data: encode(rows.map((row) => row.part)) },
      { name: 'cohort', unit: 'name', description: 'cohort, or all', data: encode(rows.map((row) => row.cohort)) },
      {
        name: 'seconds',
        unit: 's',
        description:
          'summed over finished requests that arrived after warm-up; the parts add up to their end-to-end time',
        data: Float64Array.from(rows, (row) => row.seconds),
      },
    ],
  };
}

export function stepTimeTable(run: RunResult): TableSpec {
  return {
    name: 'steps',
    columns: [
      { name: 'part', unit: 'name', description: 'part of step time', data: encode(COST_PARTS) },
      {
        name: 'seconds',
        unit: 's',
        description: 'summed over all steps of all replicas, warm-up and drain included',
        data: Float64Array.from(partTicks(run), (ticks) => ticks / TICKS_PER_SECOND),
      },
    ],
  };
}
