/**
 * The first turns of one arrival process, with what they ask for.
 *
 * Nothing that the system does changes them (but in a closed loop), so they are drawn a block ahead: in a tight loop the cache
 * misses of the tables overlap, which they do not between two events of the engine. Users are looked up by the reader when
 * the time has come, since popularity drifts.
 */
import type { Prng } from '../random/prng.ts';
import type { ArrivalProcess } from './arrivals/process.ts';
import type { LengthTable } from './lengths/table.ts';
import type { RankDraw } from './popularity/law.ts';

/** What one cohort's first turns draw from; the stream belongs to one process alone. */
export interface FirstTurnLaws {
  readonly popularity: RankDraw;
  readonly prompt: LengthTable;
  readonly output: LengthTable;
  readonly random: Prng;
}

const BLOCK = 128;
/** Fields of a drawn turn, side by side in one array. */
const WIDTH = 6;
const COHORT = 0;
const RANK = 1;
const SLOT = 2;
const ADAPTER = 3;
const PROMPT = 4;
const OUTPUT = 5;

export class FirstTurns {
  /** Time of the next first turn, integer ns; Infinity where none is due. */
  nextNs = Number.POSITIVE_INFINITY;
  private readonly process: ArrivalProcess;
  private readonly laws: readonly FirstTurnLaws[];
  private readonly slots: number;
  private readonly horizonNs: number;
  private readonly times: Float64Array;
  private readonly turns: Int32Array;
  private at = 0;
  private filled = 0;

  /** @param slots adapters of a user; @param horizonNs turns from then on do not matter */
  constructor(process: ArrivalProcess, laws: readonly FirstTurnLaws[], slots: number, horizonNs: number) {
    this.process = process;
    this.laws = laws;
    this.slots = slots;
    this.horizonNs = horizonNs;
    const block = process.reacts ? 1 : BLOCK;
    this.times = new Float64Array(block);
    this.turns = new Int32Array(block * WIDTH);
    this.fill();
  }

  get cohort(): number {
    return this.turns[this.at * WIDTH + COHORT];
  }

  /** Popularity rank in the cohort and cell, where `adapter` is −1. */
  get rank(): number {
    return this.turns[this.at * WIDTH + RANK];
  }

  /** Which of the user's adapters. */
  get slot(): number {
    return this.turns[this.at * WIDTH + SLOT];
  }

  /** The adapter where the process names it, else −1. */
  get adapter(): number {
    return this.turns[this.at * WIDTH + ADAPTER];
  }

  get promptTokens(): number {
    return this.turns[this.at * WIDTH + PROMPT];
  }

  get outputTokens(): number {
    return this.turns[this.at * WIDTH + OUTPUT];
  }

  advance(): void {
    if (++this.at < this.filled) {
      this.nextNs = this.times[this.at];
      return;
    }
    this.process.advance();
    this.fill();
  }

  /** A request ended and no further turn of its session follows. */
  ended(ns: number): void {
    if (!this.process.reacts) return;
    // What the next turn asks for is drawn already; only its time moves.
    this.process.ended(ns);
    this.nextNs = this.process.nextNs;
  }

  /** Draws a block from where the process stands, up to the horizon. */
  private fill(): void {
    const { process, times, horizonNs } = this;
    let n = 0;
    while (n < times.length) {
      if (n > 0) process.advance();
      times[n] = process.nextNs;
      if (process.nextNs < horizonNs || process.reacts) this.draw(n * WIDTH);
      n++;
      if (!(process.nextNs < horizonNs)) break;
    }
    this.at = 0;
    this.filled = n;
    this.nextNs = times[0];
  }

  private draw(at: number): void {
    const { process, turns } = this;
    const { random, popularity, prompt, output } = this.laws[process.cohort];
    turns[at + COHORT] = process.cohort;
    turns[at + ADAPTER] = process.adapter;
    if (process.adapter < 0) {
      turns[at + RANK] = process.rank >= 0 ? process.rank : popularity.draw(random);
      turns[at + SLOT] = this.slots > 1 ? random.integer(this.slots) : 0;
    }
    turns[at + PROMPT] = process.promptTokens > 0 ? process.promptTokens : prompt.draw(random);
    turns[at + OUTPUT] = process.outputTokens > 0 ? process.outputTokens : output.draw(random);
  }
}
