/**
 * Sessions: after a turn ends, its user may come back after a think time, with the conversation so far in the prompt.
 *
 * Whether, when and with what is drawn by hash from (user, how many of the user's requests have ended). So it depends on no
 * other user, and for a user with one session at a time on no policy either: only the times shift. Sessions of one user that
 * overlap may swap draws when a policy changes the order of their ends. The number of turns is drawn turn by turn, P(more |
 * so far), which gives the law of turns without storing anything per session. State: 2 bytes a user, and the returns due.
 */
import type { Sessions } from '../../scenario/scenario.ts';
import { RequestHeap } from '../batching/request-heap.ts';
import { toNs } from '../clock.ts';
import { hash32 } from '../random/hash.ts';
import { KeyedStream } from '../random/keyed.ts';
import { streamKey } from '../random/streams.ts';
import { member } from './choice.ts';
import { DURATIONS } from './durations/index.ts';
import type { DurationLaw } from './durations/law.ts';
import { LENGTHS } from './lengths/index.ts';
import { LengthTable } from './lengths/table.ts';

/** One cohort's sessions, compiled. */
export class SessionLaw {
  readonly meanTurns: number;
  /** P(another turn follows turn t), t from 0. */
  readonly goesOn: Float64Array;
  readonly thinkTime: DurationLaw;
  readonly carryContext: boolean;

  constructor(sessions: Sessions) {
    const [turnsEntry, turnsParams] = member(LENGTHS, sessions.turns, 'law of turns');
    const turns = new LengthTable(turnsEntry.create(turnsParams));
    const more = turns.survival();
    this.meanTurns = turns.mean;
    this.goesOn = more.subarray(1).map((survives, t) => (more[t] > 0 ? survives / more[t] : 0));
    const [thinkEntry, thinkParams] = member(DURATIONS, sessions.think_time, 'law of think time');
    this.thinkTime = thinkEntry.create(thinkParams);
    this.carryContext = sessions.carry_context;
  }
}

/** What the laws of a cohort say, as far as its sessions need it. */
export interface CohortLaws {
  readonly sessions: SessionLaw | null;
  readonly prompt: LengthTable;
  readonly output: LengthTable;
}

export class SessionReturns {
  /** Time of the next return, integer ns; Infinity where none is due. */
  nextNs = Number.POSITIVE_INFINITY;
  /** What it asks, after peek(). */
  user = 0;
  cohort = 0;
  turn = 0;
  promptTokens = 0;
  outputTokens = 0;
  /** Place among the user's adapters. */
  slot = 0;

  private readonly laws: readonly CohortLaws[];
  private readonly maxContext: number;
  private readonly slots: number;
  private readonly horizonNs: number;
  /** Requests of each user that have ended, modulo 2^16. */
  private readonly ended16: Uint16Array;
  private readonly draws: KeyedStream;

  private readonly due = new RequestHeap();
  private pushed = 0;
  /** Columns of the returns that are due, by entry; free entries form a list through `users`. */
  private users = new Int32Array(64);
  private cohorts = new Int32Array(64);
  private turns = new Int32Array(64);
  private prompts = new Int32Array(64);
  private outputs = new Int32Array(64);
  private slotOf = new Int32Array(64);
  private free = -1;
  private used = 0;

  constructor(
    laws: readonly CohortLaws[],
    shape: { users: number; slots: number; maxContext: number; horizonNs: number; seed: string; cell: number },
  ) {
    this.laws = laws;
    this.maxContext = shape.maxContext;
    this.slots = shape.slots;
    this.horizonNs = shape.horizonNs;
    this.ended16 = new Uint16Array(laws.some((law) => law.sessions !== null) ? shape.users : 0);
    this.draws = new KeyedStream((word) => hash32(streamKey(shape.seed, 'session', word), shape.cell, 0));
  }

  /** A turn ended: schedules the next one, or returns false where the session ends. */
  ended(user: number, cohort: number, turn: number, promptTokens: number, outputTokens: number, ns: number): boolean {
    const law = this.laws[cohort];
    const { sessions } = law;
    if (sessions === null) return false;
    const count = ++this.ended16[user];
    const keyed = this.draws.at(user, count);
    if (turn >= sessions.goesOn.length || keyed.uniform() >= sessions.goesOn[turn]) return false;
    const dueNs = ns + toNs(sessions.thinkTime.draw(keyed));
    // Beyond the last arrival nobody returns, but the session goes on as far as a closed loop is concerned.
    if (!(dueNs < this.horizonNs)) return true;
    const entry = this.take();
    const output = law.output.draw(keyed);
    const context = sessions.carryContext ? promptTokens + outputTokens : 0;
    this.users[entry] = user;
    this.cohorts[entry] = cohort;
    this.turns[entry] = turn + 1;
    this.prompts[entry] = Math.max(1, Math.min(context + law.prompt.draw(keyed), this.maxContext - output));
    this.outputs[entry] = output;
    this.slotOf[entry] = this.slots > 1 ? keyed.integer(this.slots) : 0;
    this.due.push(entry, dueNs, this.pushed++);
    this.nextNs = this.due.topKey();
    return true;
  }

  /** Fills the other fields from the earliest return, which stays due. */
  peek(): void {
    const entry = this.due.top();
    this.user = this.users[entry];
    this.cohort = this.cohorts[entry];
    this.turn = this.turns[entry];
    this.promptTokens = this.prompts[entry];
    this.outputTokens = this.outputs[entry];
    this.slot = this.slotOf[entry];
  }

  advance(): void {
    const entry = this.due.pop();
    this.users[entry] = this.free;
    this.free = entry;
    this.nextNs = this.due.topKey();
  }

  private take(): number {
    if (this.free >= 0) {
      const entry = this.free;
      this.free = this.users[entry];
      return entry;
    }
    if (this.used === this.users.length) {
      this.users = doubled(this.users);
      this.turns = doubled(this.turns);
      this.prompts = doubled(this.prompts);
      this.outputs = doubled(this.outputs);
      this.slotOf = doubled(this.slotOf);
      this.cohorts = doubled(this.cohorts);
    }
    return this.used++;
  }
}

function doubled(column: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}
