/**
 * Scenarios in, outcomes out: replications with common random numbers, results that are there taken as they are, the rest given
 * to an executor. A scenario that cannot be simulated to its end (the base does not fit, the budget is used up by a queue that
 * grows without bound) is an outcome too: searches go to such places on purpose.
 */
import { runHashOf } from '../run/identity.ts';
import { StoppedError } from '../run/shared-board.ts';
import { UserError } from '../scenario/errors.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { planMemory } from '../sim/cost/memory.ts';
import type { Effort, Executor, StudyProgress } from './executor.ts';
import type { Outcome } from './outcome.ts';
import type { PointResult } from './point-result.ts';
import type { Point } from './points.ts';
import type { SearchFolder } from './search-folder.ts';
import { replicate } from './seeds.ts';

export interface Trial {
  scenario: Scenario;
  /** For messages: `population.rate=120/s`. */
  label: string;
}

export interface TrialsOptions {
  executor: Executor;
  replications: number;
  /** Null: nothing is kept. */
  folder: SearchFolder | null;
  check?: boolean;
  signal?: AbortSignal;
  onProgress?(label: string, progress: StudyProgress, points: number): void;
  /** With what it took, where it was simulated to its end. */
  onOutcome?(label: string, outcome: Outcome, effort?: Effort): void;
}

export class Trials {
  /** Points that were simulated, and those that were there. */
  simulated = 0;
  kept = 0;
  readonly replications: number;
  private readonly options: TrialsOptions;
  private readonly known = new Map<string, Outcome>();

  constructor(options: TrialsOptions) {
    this.options = options;
    this.replications = options.replications;
  }

  /** One list of outcomes a trial, by replication. */
  async run(trials: readonly Trial[]): Promise<Outcome[][]> {
    const settings = trials.map(({ scenario }, setting) =>
      Array.from({ length: this.replications }, (_, replication) => pointOf(scenario, setting, replication)),
    );
    const missing = new Map<string, Point>();
    for (const point of settings.flat()) if (!this.recall(point)) missing.set(point.id, point);
    const points = [...missing.values()].map((point, index) => ({ ...point, index }));
    if (points.length > 0) await this.simulate(points, trials);
    return settings.map((replications) => replications.map(({ id }) => this.known.get(id) as Outcome));
  }

  private recall(point: Point): boolean {
    if (this.known.has(point.id)) return true;
    const unfit = unfitness(point.scenario);
    if (unfit !== null) {
      this.known.set(point.id, failed(point, unfit));
      return true;
    }
    const stored = this.options.folder?.get(point.id) ?? null;
    if (stored === null) return false;
    this.kept++;
    this.known.set(point.id, outcomeOf(point, stored));
    return true;
  }

  private async simulate(points: readonly Point[], trials: readonly Trial[]): Promise<void> {
    try {
      await this.attempt(points, trials);
    } catch (error) {
      if (!isExhausted(error)) throw error;
      // The executor stops all points at the first that fails: the rest are taken one by one.
      for (const point of points) {
        if (this.known.has(point.id)) continue;
        try {
          await this.attempt([point], trials);
        } catch (cause) {
          if (!isExhausted(cause)) throw cause;
          this.learn(failed(point, firstSentence((cause as Error).message)), trials[point.setting].label);
        }
      }
    }
  }

  private async attempt(points: readonly Point[], trials: readonly Trial[]): Promise<void> {
    const { executor, folder, check, signal, onProgress } = this.options;
    const labels = [...new Set(points.map(({ setting }) => trials[setting].label))];
    const label = labels.length > 2 ? `${labels.length} settings` : labels.join('; ');
    await executor.run(points, {
      check,
      signal,
      onProgress: (progress) => onProgress?.(label, progress, points.length),
      onResult: (result, effort) => {
        const point = points.find(({ id }) => id === result.id);
        if (point === undefined || this.known.has(result.id)) return;
        folder?.put(result, point);
        this.simulated++;
        this.learn(outcomeOf(point, result), trials[point.setting].label, effort);
      },
    });
    if (signal?.aborted && points.some(({ id }) => !this.known.has(id))) throw new StoppedError();
  }

  private learn(outcome: Outcome, label: string, effort?: Effort): void {
    this.known.set(outcome.id, outcome);
    this.options.onOutcome?.(label, outcome, effort);
  }
}

function pointOf(scenario: Scenario, setting: number, replication: number): Point {
  // A point of a search stands for itself: axes of the scenario's own would only change its hash.
  const replicated = replicate({ ...scenario, sweep: [] }, replication);
  return { index: 0, setting, replication, overrides: [], scenario: replicated, id: runHashOf(replicated) };
}

const outcomeOf = (point: Point, { rows }: PointResult): Outcome => ({
  seed: point.scenario.seed,
  id: point.id,
  rows,
  failure: null,
});

const failed = (point: Point, failure: string): Outcome => ({
  seed: point.scenario.seed,
  id: point.id,
  rows: [],
  failure,
});

/** Why the base does not fit on its GPUs, null where it does. */
function unfitness(scenario: Scenario): string | null {
  try {
    planMemory(scenario);
    return null;
  } catch (error) {
    if (error instanceof UserError) return firstSentence(error.message);
    throw error;
  }
}

/** Errors of workers arrive as copies without their class. */
const isExhausted = (error: unknown): boolean => error instanceof Error && error.message.startsWith('budget.');

const firstSentence = (message: string): string => message.split(/\. (?=[A-Z])/)[0].replace(/\.$/, '');
