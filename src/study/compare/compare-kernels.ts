/**
 * Kernel measurements of two sides, shape by shape: the median of a session is one sample. Timings of different machines, and of single
 * sessions, which drift, are not told apart from a change of the kernel. Sessions taken in turn are.
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
    lines = singleSessions(base, next, least);
  } else {
    lines = judgeSamples(shapesOf(base, next), least);
    notes.push(...samplesNotes(lines));
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

/** Without repetition only sameness can be seen: intervals of the medians that allow no more than the least effect. */
function singleSessions(base: KernelSide, next: KernelSide, least: number): Line[] {
  const records = new Map(base.sessions[0].records.map((record) => [keyOf(record), record]));
  const others = new Map(next.sessions[0].records.map((record) => [keyOf(record), record]));
  return judgeSamples(shapesOf(base, next), least).map((line) => {
    const [a, b] = [records.get(line.name), others.get(line.name)];
    if (a === undefined || b === undefined) return line;
    const lo = b.flushed_ns_p50_low / a.flushed_ns_p50_high - 1;
    const hi = b.flushed_ns_p50_high / a.flushed_ns_p50_low - 1;
    // Too few samples leave an interval without an end: then anything may be noise.
    const finite = Number.isFinite(lo) && Number.isFinite(hi);
    const verdict: Verdict =
      finite && lo >= -least && hi <= least
        ? 'no change'
        : !finite || (lo <= 0 && hi >= 0)
          ? 'within noise'
          : 'undecided';
    return {
      ...line,
      lo: finite ? lo : null,
      hi: finite ? hi : null,
      verdict,
      why: verdict === 'undecided' ? 'a change of the kernel or a drift of the machine' : undefined,
    };
  });
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
