/**
 * Points on the processors of this machine. Small points run side by side, each on one worker; a big one has all workers to itself, and
 * so have the last points where there are more workers than points. Neither changes a result.
 */
import { execute } from '../run/execute.ts';
import { readTraceOf } from '../run/identity.ts';
import { SharedBoard, StoppedError } from '../run/shared-board.ts';
import { requestRate } from '../scenario/volume.ts';
import { type Executor, type ExecutorOptions, effortOf } from './executor.ts';
import { PointPool } from './point-pool.ts';
import { type Point, settingText } from './points.ts';
import { reduceToMetrics } from './simulate-point.ts';

/** Requests and users from which a point is worth all workers: seconds of one core, or hundreds of MB. */
const BIG_REQUESTS = 2e6;
const BIG_USERS = 1e7;
const PROGRESS_MS = 200;

export class LocalExecutor implements Executor {
  private readonly jobs: number;
  private pool: PointPool | null = null;

  constructor({ jobs }: { jobs: number }) {
    this.jobs = Math.max(1, jobs);
  }

  async run(points: readonly Point[], options: ExecutorOptions): Promise<void> {
    if (options.signal?.aborted) throw new StoppedError();
    const small = points.filter((point) => !deservesAll(point, points.length, this.jobs));
    const big = points.filter((point) => !small.includes(point));
    const progress = new Watch(options);
    try {
      await this.sideBySide(small, options, progress);
      for (const point of big) await this.onAll(point, options, progress);
    } finally {
      progress.end();
    }
  }

  async close(): Promise<void> {
    await this.pool?.close();
    this.pool = null;
  }

  private async sideBySide(points: readonly Point[], options: ExecutorOptions, progress: Watch): Promise<void> {
    if (points.length === 0) return;
    this.pool ??= new PointPool(this.jobs);
    const { pool } = this;
    const boards = new Set<SharedBoard>();
    let next = 0;
    let cause: Error | null = null;
    const fail = (error: Error) => {
      cause ??= error;
      for (const board of boards) board.stop();
    };
    const stop = () => fail(new StoppedError());
    options.signal?.addEventListener('abort', stop, { once: true });
    const lane = async () => {
      while (next < points.length && cause === null) {
        const point = points[next++];
        const { cells } = point.scenario.hardware;
        const board = new SharedBoard(cells);
        boards.add(board);
        progress.begin(board, point.scenario.duration);
        try {
          const { result, wall_s } = await pool.run(taskOf(point, options), settingText(point.overrides), board);
          progress.finish(board, result.events);
          options.onResult(result, effortOf(wall_s, board.progress().arrivals));
        } catch (error) {
          if (cause === null)
            options.onNotice?.(`${settingText(point.overrides)}, replication ${point.replication}: failed`);
          fail(error as Error);
        } finally {
          boards.delete(board);
        }
      }
    };
    try {
      await Promise.all(Array.from({ length: Math.min(this.jobs, points.length) }, lane));
    } finally {
      options.signal?.removeEventListener('abort', stop);
    }
    if (cause !== null) throw cause;
  }

  private async onAll(point: Point, options: ExecutorOptions, progress: Watch): Promise<void> {
    const { scenario } = point;
    const { check = false, signal } = options;
    const trace = readTraceOf(scenario);
    const started = performance.now();
    let requests = 0;
    const { result, events } = await execute({
      scenario,
      trace,
      jobs: this.jobs,
      check,
      signal,
      onProgress: (state) => {
        requests = state.arrivals;
        progress.alone(state);
      },
    });
    const wall = (performance.now() - started) / 1000;
    progress.alone(null, events);
    options.onResult(reduceToMetrics(taskOf(point, options), result, events), effortOf(wall, requests));
  }
}

const taskOf = ({ index, id, scenario }: Point, { check = false }: ExecutorOptions) => ({ index, id, scenario, check });

function deservesAll({ scenario }: Point, points: number, jobs: number): boolean {
  const { hardware, population, duration } = scenario;
  if (jobs === 1 || hardware.cells === 1) return false;
  const requests = requestRate(population) * duration;
  return points === 1 || requests >= BIG_REQUESTS || population.users >= BIG_USERS;
}

/** Adds up what is done and what is under way, and tells it at intervals. */
class Watch {
  private readonly boards = new Map<SharedBoard, number>();
  private readonly timer: NodeJS.Timeout | undefined;
  private readonly onProgress: ExecutorOptions['onProgress'];
  private done = 0;
  private arrivals = 0;
  private events = 0;
  private single: { share: number; arrivals: number; events: number } | null = null;

  constructor({ onProgress }: ExecutorOptions) {
    this.onProgress = onProgress;
    if (onProgress !== undefined) this.timer = setInterval(() => this.tell(), PROGRESS_MS);
  }

  begin(board: SharedBoard, duration: number): void {
    this.boards.set(board, duration * 1e9);
  }

  finish(board: SharedBoard, events: number): void {
    this.boards.delete(board);
    this.done++;
    this.arrivals += board.progress().arrivals;
    this.events += events;
    this.tell();
  }

  /** The point that has all workers: its state, or null when it is done. */
  alone(state: { share: number; arrivals: number; events: number } | null, events = 0): void {
    if (state === null) {
      this.done++;
      this.arrivals += this.single?.arrivals ?? 0;
      this.events += events;
    }
    this.single = state;
    this.tell();
  }

  end(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    let { done, arrivals, events } = this;
    for (const [board, durationNs] of this.boards) {
      const state = board.progress();
      done += Math.min(1, state.nowNs / durationNs);
      arrivals += state.arrivals;
      events += state.events;
    }
    if (this.single !== null) {
      done += this.single.share;
      arrivals += this.single.arrivals;
      events += this.single.events;
    }
    const running = this.boards.size + (this.single === null ? 0 : 1);
    this.onProgress?.({ done, running, arrivals, events });
  }
}
