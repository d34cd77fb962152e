/** Points on `mint-bench worker` processes behind a Redis server. The same results as local-executor.ts, byte for byte. */
import { setTimeout as sleep } from 'node:timers/promises';
import { StoppedError } from '../run/shared-board.ts';
import { EnvironmentError } from '../scenario/errors.ts';
import { resolvedYaml } from '../scenario/hash.ts';
import type { Executor, ExecutorOptions } from './executor.ts';
import { decodeResult } from './point-result.ts';
import { type Point, settingText } from './points.ts';
import { openQueue, type PointJob, type PointQueue } from './redis-queue.ts';
import type { ToolIdentity } from './study-folder.ts';

const POLL_MS = 200;
/** Every so many looks for results: presence, failures, jobs that a restarted server forgot. */
const ROUND = 10;

export class RedisExecutor implements Executor {
  private readonly url: string;
  private readonly tool: ToolIdentity;
  private queue: PointQueue | null = null;

  constructor(url: string, tool: ToolIdentity) {
    this.url = url;
    this.tool = tool;
  }

  async run(points: readonly Point[], options: ExecutorOptions): Promise<void> {
    this.queue ??= await openQueue(this.url, this.tool);
    const { queue } = this;
    // Points of equal scenarios are one job.
    const waiting = new Map<string, { job: PointJob; points: Point[] }>();
    for (const point of points) {
      const known = waiting.get(point.id);
      if (known !== undefined) known.points.push(point);
      else waiting.set(point.id, { job: jobOf(point, options), points: [point] });
    }
    const jobs = () => [...waiting.values()].map(({ job }) => job);
    const counts = { done: 0, arrivals: 0, events: 0, warned: false };
    try {
      // What an earlier attempt left: results are taken as they are, points that were given up get another chance.
      await queue.failures(jobs());
      for (let round = 0; waiting.size > 0; round++) {
        if (options.signal?.aborted) throw new StoppedError();
        if (round % ROUND === 0) {
          await queue.announce(points[0].scenario.name);
          await queue.ensure(jobs());
          await this.refuseFailures(queue, waiting);
          await this.sayWorkers(queue, counts, options);
        }
        const found = await queue.results(jobs());
        for (const [id, { bytes, report }] of found) {
          const entry = waiting.get(id);
          const result = decodeResult(bytes);
          if (entry === undefined) continue;
          if (result !== null && result.id === id) {
            counts.events += result.events;
            counts.done += entry.points.length;
            counts.arrivals += report?.effort.requests ?? 0;
            if (report !== null && report.deaths > 0) options.onNotice?.(takenOver(entry.points[0], report.deaths));
            for (const { index } of entry.points) options.onResult({ ...result, index }, report?.effort);
            waiting.delete(id);
          }
          // Only now: a result that was not kept is still in Redis. What cannot be read is computed again.
          await queue.discard([entry.job]);
        }
        options.onProgress?.({ done: counts.done, running: 0, arrivals: counts.arrivals, events: counts.events });
        if (found.size === 0) await sleep(POLL_MS);
      }
    } finally {
      if (waiting.size > 0) await queue.withdraw(jobs());
    }
  }

  async close(): Promise<void> {
    await this.queue?.close();
    this.queue = null;
  }

  private async refuseFailures(queue: PointQueue, waiting: Map<string, { job: PointJob; points: Point[] }>) {
    const [failed] = await queue.failures([...waiting.values()].map(({ job }) => job));
    if (failed === undefined) return;
    const [point] = waiting.get(failed.id)?.points ?? [];
    const where = point === undefined ? failed.id : nameOf(point);
    if (failed.name === 'EnvironmentError') {
      throw new EnvironmentError(
        `A point could not be computed by any worker: ${where}: ${failed.message}`,
        ['every worker that took it'],
        'The workers say more on their stderr; the same command tries it again.',
      );
    }
    const error = new Error(`${where}: ${failed.message}`);
    error.name = failed.name;
    throw error;
  }

  private async sayWorkers(queue: PointQueue, counts: { warned: boolean }, { onNotice }: ExecutorOptions) {
    const workers = await queue.workers();
    if (workers === 0 && !counts.warned)
      onNotice?.('no worker is there yet; start one or more, anywhere: mint-bench worker redis://…');
    counts.warned = workers === 0;
  }
}

const nameOf = ({ overrides, replication, scenario }: Point): string =>
  `${settingText(overrides) || scenario.name}, replication ${replication}`;

const takenOver = (point: Point, deaths: number): string =>
  `${nameOf(point)} was taken over from ${deaths === 1 ? 'a worker' : `${deaths} workers`} that fell silent`;

const jobOf = ({ id, scenario }: Point, { check = false }: ExecutorOptions): PointJob => ({
  id,
  scenario: resolvedYaml(scenario),
  check,
});
