/**
 * Kernel measurements of two sides, shape by shape: the median of a session is one sample. A machine drifts from one session to the next
 * (clocks, neighbours, where memory lies), so a difference between sides counts only where their sessions are known to have been taken in
 * turn; between different machines nothing does.
 */
import type { KernelRecord, StoredKernelRun } from '../../real/results.ts';
import type { Comparison, Line, SideInfo, Verdict } from './comparison.ts';
import { FEWEST_SAMPLES, judgeSamples, measuredComparison, type Samples, samplesNotes } from './samples.ts';

export interface KernelSide extends SideInfo {
  sessions: readonly StoredKernelRun[];
}

export function compareKernels(base: KernelSide, next: KernelSide, least: number): Comparison {
  const notes: string[] = [];
  const sessions = Math.min(base.sessions.length, next.sessions.length);
  const mismatch = machineMismatch([...base.sessions, ...next.sessions]);
  let lines: Line[];
  if (mismatch !== null) {
    notes.push(`timings of different machines say nothing about the kernel: ${mismatch}`);
    lines = judgeSamples(shapesOf(base, next), least).map((line) => ({
      ...line,
      p: null,
      verdict: 'not comparable',
      why: 'another machine',
    }));
  } else if (sessions < FEWEST_SAMPLES) {
    notes.push(
      `${sessions} ${sessions === 1 ? 'session' : 'sessions'} a side: a machine drifts from one session to the next. ` +
        'Compare two checkouts with --bench, which takes them in turn, or name folders of sessions taken in turn.',
    );
    lines = fewSessions(base, next, least);
  } else {
    lines = judgeSamples(shapesOf(base, next), least);
    notes.push(...samplesNotes(lines));
    const order = orderOf(base, next);
    if (order !== 'in turn') {
      notes.push(
        `${ORDERS[order]}, so a drift of the machine looks like a change of the kernel; --bench takes checkouts in turn`,
      );
      lines = lines.map((line) =>
        line.verdict === 'improved' || line.verdict === 'regressed'
          ? { ...line, verdict: 'undecided', why: DRIFT }
          : line,
      );
    }
  }
  return measuredComparison(base, next, least, lines, notes);
}

const keyOf = (record: KernelRecord) =>
  [record.suite, record.name, record.backend, record.dtype, record.x]
    .filter((part) => part !== '' && part !== 0)
    .join(' ');

function shapesOf(base: KernelSide, next: KernelSide): Samples[] {
  const collect = ({ sessions }: KernelSide) => {
    const shapes = new Map<string, number[]>();
    for (const record of sessions.flatMap(({ records }) => records)) {
      const key = keyOf(record);
      shapes.set(key, [...(shapes.get(key) ?? []), record.flushed_ns_p50]);
    }
    return shapes;
  };
  const [a, b] = [collect(base), collect(next)];
  return [...new Set([...a.keys(), ...b.keys()])].map((name) => ({
    name,
    unit: 'ns',
    better: 'lower',
    base: a.get(name) ?? [],
    new: b.get(name) ?? [],
  }));
}

const ORDERS = {
  apart: 'the sessions of the sides were not taken in turn',
  unknown: 'a session does not say when it was taken, so whether the sides took turns is not known',
};
const DRIFT = 'a change of the kernel or a drift of the machine';

/**
 * `in turn` where the sides alternate at least as often as sessions in random order would: A B B A A B, not A A A B B B. With n sessions a
 * side that is n + 1 stretches of one side each (the mean of the runs test, Wald and Wolfowitz 1940).
 */
function orderOf(base: KernelSide, next: KernelSide): 'in turn' | 'apart' | 'unknown' {
  const all = [base, next].flatMap(({ sessions }, side) => sessions.map(({ measured }) => ({ measured, side })));
  if (all.some(({ measured }) => measured === '')) return 'unknown';
  all.sort((a, b) => (a.measured < b.measured ? -1 : a.measured > b.measured ? 1 : 0));
  const stretches = all.filter(({ side }, i) => side !== all[i - 1]?.side).length;
  return stretches >= Math.min(base.sessions.length, next.sessions.length) + 1 ? 'in turn' : 'apart';
}

/** Without repetition only sameness can be seen: intervals of the medians of all sessions that allow no more than the least effect. */
function fewSessions(base: KernelSide, next: KernelSide, least: number): Line[] {
  const [ofBase, ofNext] = [base, next].map(({ sessions }) => envelopes(sessions));
  return judgeSamples(shapesOf(base, next), least).map((line) => {
    const [a, b] = [ofBase.get(line.name), ofNext.get(line.name)];
    if (a === undefined || b === undefined) return line;
    const [lo, hi] = [b.low / a.high - 1, b.high / a.low - 1];
    // Too few samples leave an interval without an end: then anything may be noise.
    const finite = Number.isFinite(lo) && Number.isFinite(hi);
    const verdict: Verdict =
      finite && lo >= -least && hi <= least
        ? 'no change'
        : !finite || (lo <= 0 && hi >= 0)
          ? 'within noise'
          : 'undecided';
    const why = verdict === 'undecided' ? DRIFT : undefined;
    return { ...line, lo: finite ? lo : null, hi: finite ? hi : null, verdict, why };
  });
}

/** By shape, what the intervals of all sessions cover together. */
function envelopes(sessions: readonly StoredKernelRun[]): Map<string, { low: number; high: number }> {
  const shapes = new Map<string, { low: number; high: number }>();
  for (const record of sessions.flatMap(({ records }) => records)) {
    const { low, high } = shapes.get(keyOf(record)) ?? { low: Infinity, high: 0 };
    shapes.set(keyOf(record), {
      low: Math.min(low, record.flushed_ns_p50_low),
      high: Math.max(high, record.flushed_ns_p50_high),
    });
  }
  return shapes;
}

/** What differs, in words; null where all sessions are of one machine, device and backend. */
function machineMismatch(sessions: readonly StoredKernelRun[]): string | null {
  const [first, ...others] = sessions;
  const other = others.find(({ fingerprint }) => fingerprint !== first.fingerprint);
  if (other === undefined) return null;
  const describe = ({ machine, probe }: StoredKernelRun) =>
    `${machine.cpu}, ${machine.threads} threads, ${probe.device} (${probe.backend} ${probe.variant})`;
  return `${describe(first)} and ${describe(other)}`;
}
