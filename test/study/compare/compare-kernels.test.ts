import { describe, expect, it } from 'vitest';
import type { KernelRecord, StoredKernelRun } from '../../../src/real/results.ts';
import { stream } from '../../../src/sim/random/streams.ts';
import { compareKernels } from '../../../src/study/compare/compare-kernels.ts';
import { RUN, syntheticRecords } from '../../real/kernel-run.ts';

const [PLAIN] = syntheticRecords({ operator: 1e-5, adapter: 1e-6, bytesPerSecond: 1e10, flopsPerSecond: 1e11 }, 0);
const draw = stream('sessions', 'test');

/** One session of one shape, at a minute of the day; ±1% of noise from session to session, ±0.2% inside one. */
function session(minute: number, ns: number, changes: Partial<StoredKernelRun> = {}): StoredKernelRun {
  const p50 = ns * (1 + 0.02 * (draw.uniform() - 0.5));
  const interval = { flushed_ns_p50: p50, flushed_ns_p50_low: 0.998 * p50, flushed_ns_p50_high: 1.002 * p50 };
  const records: KernelRecord[] = [{ ...PLAIN, ...interval }];
  const measured = new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
  return { ...RUN, measured, fingerprint: 'f', records, ...changes };
}
const side = (label: string, sessions: StoredKernelRun[]) => ({ label, kind: 'kernel runs', path: label, sessions });
const minutes = (count: number, first: number, every: number) =>
  Array.from({ length: count }, (_, i) => first + every * i);
const verdictOf = (base: StoredKernelRun[], next: StoredKernelRun[]) => {
  const { lines, notes } = compareKernels(side('base', base), side('new', next), 0.03);
  return { verdict: lines[0].verdict, why: lines[0].why, n: lines[0].n, notes: notes.join() };
};

describe('kernel sessions', () => {
  it('taken in turn show a change of 10%, and no change where there is none', () => {
    const base = () => minutes(8, 0, 2).map((at) => session(at, 1e5));
    const next = (ns: number) => minutes(8, 1, 2).map((at) => session(at, ns));
    expect(verdictOf(base(), next(1.1e5))).toMatchObject({ verdict: 'regressed', n: 8, notes: '' });
    expect(verdictOf(base(), next(0.9e5)).verdict).toBe('improved');
    expect(verdictOf(base(), next(1e5)).verdict).toBe('no change');
  });

  it('of one side after the other leave a change and a drift alike, and say so', () => {
    const base = minutes(8, 0, 1).map((at) => session(at, 1e5));
    const next = minutes(8, 8, 1).map((at) => session(at, 1.1e5));
    expect(verdictOf(base, next)).toMatchObject({
      verdict: 'undecided',
      why: 'a change of the kernel or a drift of the machine',
      notes: expect.stringMatching(/were not taken in turn/),
    });
    const unknown = next.map((one) => ({ ...one, measured: '' }));
    expect(verdictOf(base, unknown)).toMatchObject({
      verdict: 'undecided',
      why: 'a change of the kernel or a drift of the machine',
      notes: expect.stringMatching(/not known/),
    });
  });

  it('that are few all count: another session that came out elsewhere takes the certainty away', () => {
    const tight = (ns: number, at: number) => {
      const one = session(at, ns);
      const [record] = one.records;
      return { ...one, records: [{ ...record, flushed_ns_p50: ns, flushed_ns_p50_low: ns, flushed_ns_p50_high: ns }] };
    };
    expect(verdictOf([tight(1e5, 0)], [tight(1.01e5, 1)]).verdict).toBe('no change');
    expect(verdictOf([tight(1e5, 0)], [tight(1.2e5, 1)])).toMatchObject({
      verdict: 'undecided',
      why: expect.any(String),
    });
    // The second session of either side lies between: the first ones alone would have said more.
    expect(verdictOf([tight(1e5, 0), tight(1.3e5, 2)], [tight(1.2e5, 1)]).verdict).toBe('within noise');
    expect(verdictOf([tight(1e5, 0), tight(1.05e5, 2)], [tight(1.01e5, 1)]).verdict).toBe('within noise');
  });

  it('of another machine are not comparable', () => {
    const there = minutes(8, 1, 2).map((at) => session(at, 1e5, { fingerprint: 'g' }));
    expect(
      verdictOf(
        minutes(8, 0, 2).map((at) => session(at, 1e5)),
        there,
      ),
    ).toMatchObject({
      verdict: 'not comparable',
      why: 'another machine',
    });
  });
});
