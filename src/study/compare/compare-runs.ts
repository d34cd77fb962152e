/**
 * Two sets of runs, replications of one scenario each, seed by seed. Where the scenarios are the same the question is first whether
 * every bit is; else, and where it is not, whether the metrics moved by more than the draws explain.
 */
import type { SummaryRow } from '../../metrics/summary.ts';
import { requestRate } from '../../scenario/volume.ts';
import { ALPHA, type Comparison, type Exactness, infoOf, overall, type SideInfo } from './comparison.ts';
import { type Divergence, findDivergence } from './divergence.ts';
import { type Draft, draftLines, HEADLINE, settle } from './judge.ts';
import { FEWEST_FOR_SIGNS, pairsNeeded, signsSuffice } from './paired-tests.ts';
import { scenarioDifferences, systemDifferences } from './scenario-diff.ts';
import { digestsOf, type StoredRun } from './stored-run.ts';

export interface RunsSide extends SideInfo {
  runs: readonly StoredRun[];
}

export interface CompareOptions {
  margin: number;
  /** Metrics to judge; the headline ones and those of the thresholds where missing. */
  metrics?: readonly string[];
}

interface RunPair {
  seed: string;
  base: StoredRun;
  new: StoredRun;
}

export function compareRuns(base: RunsSide, next: RunsSide, options: CompareOptions): Comparison {
  return settleComparison(draftComparison(base, next, options));
}

/** A comparison whose lines are not tested yet; without pairs it is finished. */
export interface DraftComparison {
  readonly comparison: Comparison;
  readonly drafts: readonly Draft[];
  readonly pairs: number;
}

/** Tests the lines, however many settings they are of, and draws the verdict over all. */
export function settleComparison({ comparison, drafts, pairs }: DraftComparison): Comparison {
  if (pairs === 0) return comparison;
  const { exact, margin } = comparison;
  const lines = settle(drafts, margin);
  const tested = drafts.filter(({ values }) => values !== null).length;
  const notes = exact?.equal === true ? [] : pairNotes(pairs, tested);
  return { ...comparison, lines, verdict: overall(lines, exact), notes: [...comparison.notes, ...notes] };
}

export function draftComparison(base: RunsSide, next: RunsSide, { margin, metrics }: CompareOptions): DraftComparison {
  const { differences, younger } = systemDifferences(base.runs[0].scenario, next.runs[0].scenario);
  const pairs = pairUp(base.runs, next.runs);
  const notes: string[] = [];
  const same = differences.length === 0 && sameTrace(pairs);
  const common = {
    provenance: 'simulated' as const,
    base: infoOf(base),
    new: infoOf(next),
    margin,
    alpha: ALPHA,
    differences: differences.length === 0 ? null : differences,
  };
  if (pairs.length === 0) {
    notes.push(
      `no seed is on both sides: ${seedsOf(base.runs)} against ${seedsOf(next.runs)}. Pairs need the same draws: run both with the same seed and --replications.`,
    );
    const empty = { lines: [], exact: null, divergence: null };
    const comparison: Comparison = { ...common, ...empty, method: 'paired', verdict: 'not comparable', notes };
    return { comparison, drafts: [], pairs: 0 };
  }
  const left = base.runs.length + next.runs.length - 2 * pairs.length;
  if (left > 0)
    notes.push(`${left} ${left === 1 ? 'run has' : 'runs have'} no partner of the same seed and were left out`);
  const versions = [base, next].map(versionsOf);
  if (versions.every((text) => text !== '') && versions[0] !== versions[1])
    notes.push(
      `the base was made by mint-bench ${versions[0]}, the new side by ${versions[1]}: what differs may come from the program`,
    );
  const exact = same ? exactness(pairs, notes) : null;
  if (younger.length > 0)
    notes.push(`only one side knows ${younger.join(', ')}: the fields were added between the two versions`);
  const durations = [base, next].map(({ runs: [{ scenario }] }) => scenario.duration);
  const sameDuration = durations[0] === durations[1];
  if (!sameDuration) notes.push(durationNote(durations));
  const loads = offeredLoads(pairs);
  if (loads !== null) notes.push(loadNote(loads));
  const judged = metrics ?? [...new Set([...HEADLINE, ...thresholdsOf(base.runs[0]), ...thresholdsOf(next.runs[0])])];
  const drafts = draftLines(
    pairs.map(({ seed, base: a, new: b }) => ({ seed, base: a.rows, new: b.rows })),
    { metrics: judged, margin, sameScenario: same, sameDuration, sameLoad: loads === null },
  );
  const divergence = same && exact?.equal !== false ? null : firstDivergence(same ? pairs : pairs.slice(0, 1));
  const method = same ? 'exact' : 'paired';
  return {
    comparison: { ...common, method, verdict: 'not comparable', lines: [], exact, divergence, notes },
    drafts,
    pairs: pairs.length,
  };
}

const durationNote = (durations: readonly number[]): string =>
  `the sides do not run for the same time, ${durations.map((seconds) => `${seconds} s`).join(' and ')}: what differs may be the hour of the day, what had filled by then or a queue that had longer to grow. Compare runs of one duration; for scenarios, --both duration=… sets it on both sides.`;

/**
 * Requests a second that each side is asked for, where they differ; null where not. What came is no measure of it: clients that wait for an
 * answer before they go on ask a slow system for less.
 */
function offeredLoads([{ base, new: next }]: readonly RunPair[]): [number, number] | null {
  const populations = [base, next].map(({ scenario }) => scenario.population);
  if (populations.some(({ arrivals }) => arrivals.name !== 'open')) return null;
  const [a, b] = populations.map(requestRate);
  return a === b ? null : [a, b];
}

const loadNote = (loads: readonly number[]): string =>
  `the sides are asked for ${loads.map((rate) => Number(rate.toPrecision(3))).join(' and ')} requests/s: throughput and the cost of a token follow that, and are neither better nor worse`;

const thresholdsOf = ({ scenario }: StoredRun): string[] => scenario.thresholds.map(({ metric }) => metric);

function pairUp(base: readonly StoredRun[], next: readonly StoredRun[]): RunPair[] {
  const bySeed = new Map(next.map((run) => [run.seed, run]));
  return base.flatMap((run) => {
    const partner = bySeed.get(run.seed);
    return partner === undefined ? [] : [{ seed: run.seed, base: run, new: partner }];
  });
}

/** "0.1.0, 0.2.0"; empty where nothing says. */
const versionsOf = ({ runs }: RunsSide): string =>
  [...new Set(runs.flatMap(({ version }) => version ?? []))].sort().join(', ');

function seedsOf(runs: readonly StoredRun[]): string {
  const seeds = runs.map(({ seed }) => JSON.stringify(seed));
  return seeds.length <= 3 ? seeds.join(', ') : `${seeds.slice(0, 3).join(', ')} … (${seeds.length})`;
}

/** The run hash covers the trace that is replayed, its path in the scenario does not. */
function sameTrace(pairs: readonly RunPair[]): boolean {
  return pairs.every(
    ({ base, new: next }) =>
      base.scenario.population.arrivals.name !== 'trace' ||
      base.runHash === next.runHash ||
      scenarioDifferences(base.scenario, next.scenario).length > 0,
  );
}

function firstDivergence(pairs: readonly RunPair[]): Divergence | null {
  for (const { seed, base, new: next } of pairs) {
    if (base.folder === null || next.folder === null) continue;
    const found = findDivergence(seed, base.folder, next.folder);
    if (found !== null) return found;
  }
  return null;
}

/** Null where the sides come from platforms between which bits are not promised to be the same, and are not. */
function exactness(pairs: readonly RunPair[], notes: string[]): Exactness | null {
  let [metrics, metricsChanged] = [0, 0];
  const tables = new Map<string, Set<string>>();
  for (const { base, new: next } of pairs) {
    const { all, changed } = compareRows(base.rows, next.rows);
    metrics += all;
    metricsChanged += changed;
    if (base.folder === null || next.folder === null) continue;
    const [a, b] = [digestsOf(base.folder), digestsOf(next.folder)];
    // A table or column that only one side has came or went with the code; what both have must agree.
    for (const table of Object.keys(a).filter((name) => name in b && name !== 'summary')) {
      for (const column of Object.keys(a[table])) {
        if (b[table][column] === undefined || a[table][column] === b[table][column]) continue;
        tables.set(table, (tables.get(table) ?? new Set()).add(column));
      }
    }
  }
  const equal = metricsChanged === 0 && tables.size === 0;
  const [a, b] = [pairs[0].base.platform, pairs[0].new.platform];
  if (!equal && (a.node_major !== b.node_major || a.arch !== b.arch)) {
    notes.push(
      `made on Node ${a.node_major} ${a.arch} and on Node ${b.node_major} ${b.arch}, between which results are not the same to the last bit: judged by the margin`,
    );
    return null;
  }
  const whole = pairs.every(({ base, new: next }) => base.folder !== null && next.folder !== null);
  if (!whole)
    notes.push(
      'metrics were compared, not tables and events: a side was simulated for this comparison, or is a sweep, which keeps metrics only',
    );
  return {
    equal,
    whole,
    metrics,
    metricsChanged,
    tables: [...tables].map(([table, columns]) => ({ table, columns: [...columns] })),
  };
}

function compareRows(base: readonly SummaryRow[], next: readonly SummaryRow[]): { all: number; changed: number } {
  const key = ({ metric, cohort }: SummaryRow) => `${metric}/${cohort}`;
  const others = new Map(next.map((row) => [key(row), row]));
  let [all, changed] = [0, 0];
  for (const row of base) {
    const other = others.get(key(row));
    if (other === undefined) continue;
    all++;
    if (!Object.is(row.value, other.value) || row.n !== other.n) changed++;
  }
  return { all, changed };
}

function pairNotes(pairs: number, tested: number): string[] {
  if (tested === 0)
    return pairs >= FEWEST_FOR_SIGNS
      ? []
      : [
          `${pairs} ${pairs === 1 ? 'pair' : 'pairs'} of runs: too few for a test of significance. A metric with an interval within each run (times, waits) is decided where those are apart in every pair; any other is not. 10 replications (--replications 10) decide more`,
        ];
  if (signsSuffice(pairs, tested)) return [];
  const needed = pairsNeeded(tested);
  const more =
    needed === null ? '' : `; from ${needed} pairs on nothing is taken for granted (--replications ${needed})`;
  return [
    `${pairs} pairs of runs: judged by Student's t of their differences, with Holm's correction over ${tested} lines. It takes differences (of times and rates: their logarithms) for normally distributed${more}`,
  ];
}
