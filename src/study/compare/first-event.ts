/**
 * The first event in which two runs differ, by replaying both up to the stretch in which their stored digests first do. A replay
 * stands for a stored run only where it has that run's digests; a run that another build made is replayed by that build.
 *
 * Twice each side: once for digests on a grid as fine as that of the gauges, which also cover what events did, so that the
 * first difference may lie before the one in times and sources; and once to keep the events of that cell of the grid.
 */
import type { LoggedMark } from '../../metrics/event-log.ts';
import type { Replayed, ReplayedEvent, ReplayRequest } from '../../run/replay.ts';
import { replayIn } from '../../run/replay-client.ts';
import { EnvironmentError } from '../../scenario/errors.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import type { RunsSide } from './compare-runs.ts';
import type { Comparison } from './comparison.ts';
import { type StoredMark, storedMarks } from './divergence.ts';

/** The build that is supposed to have made a side. */
export interface ReplayCode {
  /** Root of its checkout; null for this one. */
  checkout: string | null;
  /** What to say where it is not the one: "another build made the base". */
  otherwise: string;
}

interface ReplaySide {
  runHash: string;
  scenario: Scenario;
  /** By cell, from the run's folder. */
  marks: ReadonlyMap<number, readonly StoredMark[]>;
  code: ReplayCode;
}

/** Puts the first event that differs into the comparison's divergence, or what is in the way; nothing where no events differ. */
export async function nameFirstEvent(
  comparison: Comparison,
  sides: readonly [RunsSide, RunsSide],
  codes: readonly [ReplayCode, ReplayCode],
  signal?: AbortSignal,
): Promise<void> {
  const { divergence } = comparison;
  if (divergence === null || divergence.events === null) return;
  const [base, next] = sides.map(({ runs }, at): ReplaySide => {
    const { folder, scenario, runHash } = runs.find(({ seed }) => seed === divergence.seed)!;
    return { runHash, scenario, marks: storedMarks(folder!)!, code: codes[at] };
  });
  divergence.first = await findFirstEvent([base, next], Math.round(divergence.events.to_s * 1e9), signal);
}

export interface FirstEvent {
  cell: number;
  /** Events of the cell before it. */
  index: number;
  /** Null where that side's run has no more events. */
  base: ReplayedEvent | null;
  new: ReplayedEvent | null;
}

async function findFirstEvent(
  sides: readonly [ReplaySide, ReplaySide],
  untilNs: number,
  signal: AbortSignal | undefined,
): Promise<FirstEvent | { unnamed: string }> {
  const [{ scenario: a }, { scenario: b }] = sides;
  if (a.duration !== b.duration) return { unnamed: 'the runs are of different lengths' };
  const ends = sides.flatMap(({ marks }) => [...marks.values()].map((cell) => cell[cell.length - 1].ns));
  // The last digest of a run is that of its end, wherever that lies.
  const stopNs = ends.some((ns) => ns <= untilNs) ? Number.POSITIVE_INFINITY : untilNs;
  const both = (stretch: ReplayRequest['stretch']) => {
    // One scenario and one build need no second replay.
    const started = new Map<string, Promise<Replayed>>();
    return Promise.all(
      sides.map(({ scenario, runHash, code: { checkout } }) => {
        const key = JSON.stringify([runHash, checkout]);
        if (!started.has(key)) started.set(key, replayIn(checkout, { scenario, stopNs, stretch }, signal));
        return started.get(key)!;
      }),
    );
  };
  try {
    const replayed = await both(null);
    const strangers = sides.filter(({ marks }, side) => !stands(replayed[side], marks, untilNs));
    if (strangers.length > 0) return { unnamed: strangers.map(({ code }) => code.otherwise).join('; ') };
    const deep = replayed[0].vocabulary === replayed[1].vocabulary;
    const stretch = firstStretch(replayed, deep);
    const found = stretch === null ? null : firstIn(stretch.cells, await both(stretch), deep);
    return found ?? { unnamed: 'a replay of both sides shows no event that differs' };
  } catch (error) {
    if (error instanceof EnvironmentError) return { unnamed: [error.message, ...error.tried].join(': ') };
    throw error;
  }
}

/** Whether a replay went the way of the stored run. */
function stands({ marks }: Replayed, stored: ReplaySide['marks'], untilNs: number): boolean {
  return [...stored].every(([cell, kept]) => {
    const found = new Map((marks[cell] ?? []).map((mark) => [mark.ns, mark]));
    return kept.every(({ ns, events, digest }) => {
      if (ns > untilNs) return true;
      const mark = found.get(ns);
      return mark !== undefined && mark.events === events && mark.digest === digest;
    });
  });
}

/** Where the digests of a replay first differ, and in which cells. */
function firstStretch([base, next]: readonly Replayed[], deep: boolean): NonNullable<ReplayRequest['stretch']> | null {
  const same = (a: LoggedMark, b: LoggedMark) =>
    a.ns === b.ns && a.events === b.events && a.digest === b.digest && (!deep || a.did === b.did);
  const found = base.marks.flatMap((marks, cell) => {
    const others = next.marks[cell] ?? [];
    const at = marks.findIndex((mark, i) => others[i] === undefined || !same(mark, others[i]));
    const first = at < 0 && others.length > marks.length ? marks.length : at;
    if (first < 0) return [];
    const toNs = Math.max(marks[first]?.ns ?? 0, others[first]?.ns ?? 0);
    return [{ cell, fromNs: first === 0 ? 0 : marks[first - 1].ns, toNs }];
  });
  if (found.length === 0) return null;
  const fromNs = Math.min(...found.map((one) => one.fromNs));
  const earliest = found.filter((one) => one.fromNs === fromNs);
  // Up to and with the moment itself: the digest of a run's end covers the events at its end.
  const toNs = Math.max(...earliest.map((one) => one.toNs)) + 1;
  return { cells: earliest.map(({ cell }) => cell), fromNs, toNs };
}

function firstIn(cells: readonly number[], [base, next]: readonly Replayed[], deep: boolean): FirstEvent | null {
  const found = cells.flatMap((cell): FirstEvent[] => {
    const [a, b] = [base.events[cell], next.events[cell]];
    const at = Array.from({ length: Math.max(a.length, b.length) }, (_, i) => i).find(
      (i) => a[i] === undefined || b[i] === undefined || !sameEvent(a[i], b[i], deep),
    );
    if (at === undefined) return [];
    return [{ cell, index: (a[at] ?? b[at]).index, base: a[at] ?? null, new: b[at] ?? null }];
  });
  const when = ({ base: a, new: b }: FirstEvent) =>
    Math.min(a?.ns ?? Number.POSITIVE_INFINITY, b?.ns ?? Number.POSITIVE_INFINITY);
  return found.sort((x, y) => when(x) - when(y) || x.cell - y.cell)[0] ?? null;
}

const sameEvent = (a: ReplayedEvent, b: ReplayedEvent, deep: boolean): boolean =>
  a.ns === b.ns &&
  a.kind === b.kind &&
  a.place === b.place &&
  (!deep || JSON.stringify(a.effects) === JSON.stringify(b.effects));
