/**
 * A run once more, up to some moment, on the calling thread and in memory: to see single events where its folder has digests of them.
 * Costs what simulating that far on one core costs, and on top a hash over what each event does; only events of the stretch take memory.
 * Nothing of the run's own tables is made.
 */
import { EFFECTS, type EffectName, EventLog, type LoggedEffect, type LoggedMark } from '../metrics/event-log.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { Trace } from '../scenario/trace.ts';
import { buildCell, type SharedTables, sharedTables } from '../sim/build-cell.ts';
import type { Cell } from '../sim/cell.ts';
import type { Lifecycle } from '../sim/lifecycle/lifecycle.ts';
import { type Directory, directoryOf } from '../sim/population/directory.ts';
import type { Tier } from '../sim/residency/tier.ts';
import { advanceTogether, lastNs } from './advance-together.ts';
import { SharedBoard } from './shared-board.ts';
import { advanceAlone, isCoupled } from './simulate-cells.ts';

export interface ReplayRequest {
  scenario: Scenario;
  /** Simulate what lies before it, ns; Infinity for the whole run. */
  stopNs: number;
  /** Keep the events of these cells from `fromNs` until before `toNs`. */
  stretch: { cells: readonly number[]; fromNs: number; toNs: number } | null;
}

/** What the sources of events are. */
export const EVENT_KINDS = [
  'arrival',
  'disk_link',
  'object_link',
  'load_stage',
  'activation',
  'prefetch',
  'lifecycle',
  'step',
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/**
 * Users and replicas by their numbers in the whole run, adapters by that in the cell. Where adapters have revisions, `revision` stands
 * beside `adapter`: 0 is what it began the run with.
 */
export type ReplayedEffect = { what: EffectName } & Readonly<Record<string, number | string>>;

export interface ReplayedEvent {
  /** Events of the cell before it. */
  index: number;
  ns: number;
  kind: EventKind;
  /** Replica in the whole run, or node in the cell; −1 for an arrival and for what happens to revisions. */
  place: number;
  effects: ReplayedEffect[];
}

export interface Replayed {
  /** What this build logs of an event: `did` of two builds is comparable where they log the same. */
  vocabulary: string;
  /** By cell, on the grid of the run's gauges and at `stopNs` or the end. */
  marks: LoggedMark[][];
  /** By cell; empty outside the stretch. */
  events: ReplayedEvent[][];
}

export function replay({ scenario, stopNs, stretch }: ReplayRequest, trace: Trace | null): Replayed {
  const { cells } = scenario.hardware;
  const board = new SharedBoard(cells);
  const tables = sharedTables(scenario);
  const numbers = Array.from({ length: cells }, (_, number) => number);
  const logs = numbers.map((number) => {
    const kept = stretch?.cells.includes(number) ? stretch : null;
    return kept === null ? new EventLog() : new EventLog(kept.fromNs, kept.toNs);
  });
  const names = new Names(scenario);
  const create = (number: number) => ({ number, cell: loggedCell(scenario, number, trace, tables, logs[number]) });
  const wholly = stopNs >= lastNs(scenario);
  const done = (cell: Cell, number: number): ReplayedEvent[] => {
    if (wholly) cell.finish();
    else markUntil(cell, logs[number], stopNs);
    return logs[number].events.map(({ index, ns, source, effects }) => {
      const { kind, place } = nameOf(cell, source);
      const named = effects.map((effect) => names.effect(number, effect, cell.parts.lifecycle));
      return { index, ns, kind, place: isReplica(kind) ? names.replica(number, place) : place, effects: named };
    });
  };
  if (isCoupled(scenario)) {
    const all = numbers.map(create);
    advanceTogether(scenario, board, all, stopNs);
    const events = all.map(({ number, cell }) => done(cell, number));
    return { vocabulary: VOCABULARY, marks: logs.map(({ marks }) => marks), events };
  }
  // One after the other: a cell's memory is free before the next begins.
  const events = numbers.map((number) => {
    const one = create(number);
    advanceAlone(scenario, board, one, stopNs);
    return done(one.cell, number);
  });
  return { vocabulary: VOCABULARY, marks: logs.map(({ marks }) => marks), events };
}

const VOCABULARY = JSON.stringify(EFFECTS);
const isReplica = (kind: EventKind) => !['arrival', 'disk_link', 'object_link', 'lifecycle'].includes(kind);
/** Tiers from here on belong to a replica. */
const HOST_TIER = 2;

/** From numbers within a cell to what results call them. */
class Names {
  private readonly directory: Directory;
  private readonly replicasPerCell: number;

  constructor(scenario: Scenario) {
    this.directory = directoryOf(scenario);
    this.replicasPerCell = scenario.hardware.replicas / scenario.hardware.cells;
  }

  replica(cell: number, number: number): number {
    return cell * this.replicasPerCell + number;
  }

  effect(cell: number, [what, ...values]: LoggedEffect, lifecycle: Lifecycle | null): ReplayedEffect {
    const fields: readonly string[] = EFFECTS[what];
    const effect: Record<string, number | string> = { what };
    fields.forEach((field, i) => {
      effect[field] = values[i];
    });
    if ('user' in effect) effect.user = this.directory.globalUser(cell, effect.user as number);
    // Events name weights by the key of a revision.
    if ('adapter' in effect && lifecycle !== null && (effect.adapter as number) >= 0) {
      const { revisions } = lifecycle;
      const key = effect.adapter as number;
      effect.adapter = revisions.adapterOf(key);
      effect.revision = revisions.numberOf(key);
    }
    if ('replica' in effect) effect.replica = this.replica(cell, effect.replica as number);
    if (what === 'evicted' && (effect.tier as number) >= HOST_TIER)
      effect.place = this.replica(cell, effect.place as number);
    return effect as ReplayedEffect;
  }
}

/** Moments of the grid are marked when the first event after them comes: those since the last event, and `stopNs` itself. */
function markUntil(cell: Cell, log: EventLog, stopNs: number): void {
  const { gaugeNs } = cell.parts;
  const marked = log.marks.at(-1)?.ns ?? 0;
  for (let ns = marked + gaugeNs; ns < stopNs; ns += gaugeNs) log.trail(cell.events, cell.digest, ns);
  log.trail(cell.events, cell.digest, stopNs);
}

function loggedCell(
  scenario: Scenario,
  number: number,
  trace: Trace | null,
  tables: SharedTables,
  log: EventLog,
): Cell {
  const cell = buildCell({ scenario, cell: number, trace, check: false, tables, createRecorder: () => log });
  log.attach(cell.parts.table, cell);
  cell.parts.audit = ({ nowNs, source, events }) => log.eventDone(nowNs, source, events - 1);
  const follow = (tier: Tier, place: number) => {
    const before = tier.onChange;
    tier.onChange = (adapter) => {
      before?.(adapter);
      if (tier.find(adapter) < 0) log.left(tier.id, place, adapter);
    };
  };
  for (const [place, { gpu, host }] of cell.parts.replicas.entries()) {
    follow(gpu, place);
    follow(host, place);
  }
  for (const [place, { disk }] of cell.parts.nodes.entries()) if (disk !== null) follow(disk, place);
  return cell;
}

function nameOf({ parts: { sources } }: Cell, source: number): { kind: EventKind; place: number } {
  if (source < 0) return { kind: 'arrival', place: -1 };
  const ranges: readonly (readonly [EventKind, number])[] = [
    ['step', sources.step],
    ['lifecycle', sources.lifecycle],
    ['prefetch', sources.prefetch],
    ['activation', sources.activation],
    ['load_stage', sources.loader],
    ['object_link', sources.object],
    ['disk_link', sources.disk],
  ];
  const [kind, first] = ranges.find(([, from]) => source >= from)!;
  return { kind, place: kind === 'lifecycle' ? -1 : source - first };
}
