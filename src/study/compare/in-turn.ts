/**
 * Two checkouts measured in turn: in every round of a task each side runs it once, in a process of its own, the order of the sides
 * alternating. What a process gives is one sample, so the spread of samples holds what differs between processes (code layout,
 * compilation, a busy machine), which repetitions inside one process do not show.
 *
 * Rounds end where the samples are as precise as the least effect asks for, or with the time budget. Precision is the width of the
 * intervals, never what they say: to go on until something is significant would find something. Widths of few samples are chance
 * themselves, so they have to hold for two rounds in turn. Every task first gets the rounds that a verdict takes; then they share the
 * time evenly, so that one of a minute does not starve one of a second.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError, UserError } from '../../scenario/errors.ts';
import { withTimeLimit } from '../time-limit.ts';
import type { Better } from './comparison.ts';
import { precisionOf, type Samples, samplesNeeded } from './samples.ts';

export interface Reading {
  name: string;
  unit: string;
  better: Better;
  value: number;
}

/** Something that a checkout can run and that prints numbers. */
export interface Task {
  name: string;
  /** Arguments for Node, relative to the checkout; `scratch` is a folder that goes away. */
  args(scratch: string): string[];
  read(stdout: string): Reading[];
}

export interface TurnsOptions {
  tasks: readonly Task[];
  /** For all tasks together, s. What is running then is stopped and counts for nothing. */
  budget: number;
  /** Most rounds of a task. */
  most: number;
  /** Least relative effect: a task is done where the intervals of all its lines are half as wide on either side. */
  least: number;
  signal?: AbortSignal;
  onProgress?(text: string): void;
}

/** How far a task came, and why no further. */
export interface Taken {
  name: string;
  rounds: number;
  ended: 'precise' | 'budget' | 'most' | 'interrupted';
}

type Both = Samples & { base: number[]; new: number[] };

interface Progress {
  task: Task;
  /** By line, in the order in which it first appeared. */
  lines: Map<string, Both>;
  rounds: number;
  /** Time of all rounds and of the last one, ms. */
  spent: number;
  last: number;
  /** Rounds in turn, up to the last, after which it was precise. */
  precise: number;
  ended: Taken['ended'] | null;
}

/** The width of an interval of few samples is itself chance: once narrow, a task takes another round. */
const LOOKS = 2;

/** A place to run in: `folder` is the root of a built checkout. */
export interface Place {
  folder: string;
}

/**
 * Samples of both sides, by what was measured. An interrupt after the first round keeps what there is; throws a UserError where not one
 * round of any task fitted into the budget.
 */
export async function takeInTurn(
  base: Place,
  next: Place,
  { tasks, budget, most, least, signal, onProgress }: TurnsOptions,
): Promise<{ samples: Samples[]; taken: Taken[] }> {
  const deadline = performance.now() + 1000 * budget;
  const stop = withTimeLimit(budget, signal);
  const all = tasks.map(
    (task): Progress => ({ task, lines: new Map(), rounds: 0, spent: 0, last: 0, precise: 0, ended: null }),
  );
  for (let one = nextOf(all); one !== undefined; one = nextOf(all)) {
    const began = performance.now();
    if (began + one.last > deadline) {
      one.ended = 'budget';
      continue;
    }
    onProgress?.(`${one.task.name}, round ${one.rounds + 1}; at most ${minutes((deadline - began) / 1000)} more`);
    try {
      await round(one, [base.folder, next.folder], stop);
    } catch (error) {
      if (!stop.aborted) throw error;
      const ended = signal?.aborted === true ? 'interrupted' : 'budget';
      for (const left of all) left.ended ??= ended;
      if (ended === 'interrupted' && all.every(({ rounds }) => rounds === 0)) throw error;
      break;
    }
    one.last = performance.now() - began;
    one.spent += one.last;
    one.precise = isPrecise(all, one, least) ? one.precise + 1 : 0;
    if (one.precise === LOOKS) one.ended = 'precise';
    else if (one.rounds >= most) one.ended = 'most';
  }
  onProgress?.('');
  if (all.every(({ rounds }) => rounds === 0)) {
    throw new UserError(
      `Not one round of ${tasks.map(({ name }) => name).join(', ')} was finished in ${minutes(budget)}. Give it longer (--budget), or name something shorter (--only).`,
    );
  }
  return {
    samples: all.flatMap(({ lines }) => [...lines.values()]),
    taken: all.map(({ task, rounds, ended }) => ({ name: task.name, rounds, ended: ended ?? 'most' })),
  };
}

/** Of those that go on, first those with too few rounds for any verdict, and of these the one that had the least time. */
function nextOf(all: readonly Progress[]): Progress | undefined {
  const going = all.filter(({ ended }) => ended === null);
  const needed = roundsNeeded(all);
  const few = going.filter(({ rounds }) => rounds < needed);
  return [...(few.length > 0 ? few : going)].sort((a, b) => a.spent - b.spent)[0];
}

/** So that one of all lines can be significant. */
const roundsNeeded = (all: readonly Progress[]): number =>
  samplesNeeded(all.reduce((sum, { lines }) => sum + lines.size, 0));

/** Takes both sides before it keeps either. */
async function round(
  one: Progress,
  folders: readonly [base: string, next: string],
  signal: AbortSignal,
): Promise<void> {
  const order = one.rounds % 2 === 0 ? [0, 1] : [1, 0];
  const found: Reading[][] = [];
  for (const side of order) found[side] = await measure(one.task, folders[side], signal);
  for (const [side, readings] of found.entries()) {
    for (const { name, unit, better, value } of readings) {
      const line = one.lines.get(name) ?? { name, unit, better, base: [], new: [] };
      line[side === 0 ? 'base' : 'new'].push(value);
      one.lines.set(name, line);
    }
  }
  one.rounds++;
}

/** Lines of one side alone are never compared, and ask for no samples. */
function isPrecise(all: readonly Progress[], { lines, rounds }: Progress, least: number): boolean {
  if (rounds < roundsNeeded(all)) return false;
  return [...lines.values()]
    .filter(({ base, new: next }) => base.length > 0 && next.length > 0)
    .every((line) => precisionOf(line) <= least / 2);
}

async function measure(task: Task, folder: string, signal: AbortSignal): Promise<Reading[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'mint-bench-round-'));
  try {
    const stdout = await output(task.args(scratch), folder, signal);
    const readings = task.read(stdout);
    if (readings.length === 0) throw new Error(`it printed no number:\n${stdout.slice(0, 500)}`);
    return readings;
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new EnvironmentError(
      `${task.name} failed in ${folder}: ${(cause as Error).message.trim()}`,
      [`node ${task.args('…').join(' ')}`],
      'Run that command there. Both sides must know the benchmark; --only names others.',
    );
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

function output(args: readonly string[], cwd: string, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NO_COLOR: '1', CI: '1' };
    const group = process.platform !== 'win32';
    const child = spawn(process.execPath, args, { cwd, env, detached: group, stdio: ['ignore', 'pipe', 'pipe'] });
    // A benchmark may have processes of its own: they end with it, at once, or they would disturb the next one.
    // They may outlive it and hold its output open, so the group is ended even where its first process has ended by itself.
    const kill = () => {
      if (child.pid === undefined) return;
      if (!group) {
        child.kill('SIGKILL');
        return;
      }
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Nobody of the group is left.
      }
    };
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (data) => (stdout += data));
    child.stderr.on('data', (data) => (stderr += data));
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', kill);
      if (signal.aborted) reject(signal.reason);
      else if (code === 0) resolve(stdout);
      else reject(new Error(`exit ${code}\n${stderr.slice(-1000)}`));
    });
  });
}

/** "5 min", "40 s" */
export const minutes = (seconds: number): string =>
  seconds >= 90 ? `${Math.round(seconds / 60)} min` : `${Math.max(0, Math.round(seconds))} s`;
