/**
 * The one file that knows BullMQ (its connections: redis-connection.ts): a queue of points that workers anywhere take, and their results
 * as bytes. A job's id is the run hash of its point, so a point that is asked for twice is computed once; a result is stored before its job
 * is done, so a job that is gone without a result was never finished. Points of a worker that died come back when its lease is over.
 *
 * Keys in Redis: mint-bench:points-<version>-… (the queue), mint-bench:result:… (bytes, and :report beside them, a day at most), mint-bench:studies and
 * mint-bench:workers (who is there, by when they were last heard).
 */
import type { Job, Queue, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Effort } from './executor.ts';
import { connectRedis, optionalPackage } from './redis-connection.ts';
import { identityText, type ToolIdentity } from './study-folder.ts';

const PREFIX = 'mint-bench';
const STUDIES = `${PREFIX}:studies`;
const WORKERS = `${PREFIX}:workers`;
/** Seconds after which somebody who was not heard of is taken for gone. */
const PRESENCE_S = 15;
const RESULT_S = 86_400;
const ATTEMPTS = 3;
/** Workers that may die over one point before it is given up. */
const DEATHS = 3;
const BATCH = 200;

/** What a worker needs to know of a point. */
export interface PointJob {
  /** Run hash. */
  readonly id: string;
  /** The resolved scenario as YAML, which unlike JSON has infinity. */
  readonly scenario: string;
  readonly check: boolean;
}

/** What a worker says of a point beside its result, which holds nothing of the machine. */
export interface PointReport {
  readonly effort: Effort;
  /** Workers that fell silent over it before. */
  readonly deaths: number;
}

export interface StoredResult {
  readonly bytes: Uint8Array;
  /** Null where it is lost: it is worth nothing without its result, and the result is as good without it. */
  readonly report: PointReport | null;
}

/** An error as it crosses Redis. */
export interface JobFailure {
  readonly id: string;
  readonly name: string;
  readonly message: string;
}

export interface PointQueue {
  /** Says that a study wants points computed; to be repeated more often than every 15 s. */
  announce(study: string): Promise<void>;
  /** Adds the points that are neither waiting nor under way nor done. */
  ensure(jobs: readonly PointJob[]): Promise<void>;
  /** Results that are there, by run hash; they stay until `discard`. */
  results(jobs: readonly PointJob[]): Promise<Map<string, StoredResult>>;
  discard(jobs: readonly PointJob[]): Promise<void>;
  /** Points that were given up. Forgets them, so that they can be asked for again. */
  failures(jobs: readonly PointJob[]): Promise<JobFailure[]>;
  /** Takes back points that no worker has begun. */
  withdraw(jobs: readonly PointJob[]): Promise<void>;
  /** Workers that serve this tool's points. */
  workers(): Promise<number>;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** Points at a time. */
  jobs: number;
  /** Seconds after which a worker that is silent is taken for dead. */
  lease: number;
  /**
   * Computes a point; an error whose name is in `FINAL` is not tried again. `deaths`: workers that fell silent over it before.
   */
  compute(job: PointJob, deaths: number): Promise<{ bytes: Uint8Array; effort: Effort }>;
  /** The server has gone away, or has come back. */
  onConnection?(up: boolean): void;
}

export interface PointServer {
  /** Tools of the studies that want points now, this one's among them or not. */
  studies(): Promise<string[]>;
  /** Finishes points under way and takes no more. Without a connection they are given up: nobody could be told of them. */
  close(): Promise<void>;
}

/** Errors that another try would meet again. */
const FINAL: readonly string[] = ['UserError', 'InvariantError', 'BudgetError'];

const queueName = ({ version, code, node_major, arch }: ToolIdentity): string =>
  `points-${version}-${code.replaceAll(' ', '-')}-node${node_major}-${arch}`.replaceAll(':', '_');
const jobId = ({ id, check }: Pick<PointJob, 'id' | 'check'>): string => (check ? `${id}-checked` : id);

const resultKeyOf = (queue: string, job: PointJob): string => `${PREFIX}:result:${queue}:${jobId(job)}`;
const reportKeyOf = (resultKey: string): string => `${resultKey}:report`;

export async function openQueue(url: string, tool: ToolIdentity): Promise<PointQueue> {
  const bullmq = await optionalPackage(() => import('bullmq'));
  const { redis, giveUp } = await connectRedis(url);
  const name = queueName(tool);
  const queue: Queue<PointJob> = new bullmq.Queue(name, { connection: redis as never, prefix: PREFIX });
  queue.on('error', () => undefined);
  const resultKey = (job: PointJob) => resultKeyOf(name, job);
  let announced: string | null = null;
  return {
    async announce(study) {
      announced = JSON.stringify({ tool: identityText(tool), study, pid: process.pid });
      await present(redis, STUDIES, announced);
    },
    async ensure(jobs) {
      for (const batch of batches(jobs)) {
        const there = await Promise.all(batch.map((job) => redis.exists(`${PREFIX}:${name}:${jobId(job)}`)));
        // Looked at after the jobs: a job that was finished in between has left its result.
        const done = await Promise.all(batch.map((job) => redis.exists(resultKey(job))));
        const missing = batch.filter((_, at) => there[at] === 0 && done[at] === 0);
        await queue.addBulk(
          missing.map((job) => ({
            name: 'point',
            data: job,
            opts: {
              jobId: jobId(job),
              attempts: ATTEMPTS,
              backoff: { type: 'fixed', delay: 500 },
              removeOnComplete: true,
            },
          })),
        );
      }
    },
    async results(jobs) {
      const found = new Map<string, StoredResult>();
      for (const batch of batches(jobs)) {
        const keys = batch.map(resultKey);
        const values = await redis.mgetBuffer(...keys, ...keys.map(reportKeyOf));
        for (const [at, { id }] of batch.entries()) {
          const bytes = values[at];
          if (bytes !== null) found.set(id, { bytes, report: readReport(values[batch.length + at]) });
        }
      }
      return found;
    },
    async discard(jobs) {
      for (const batch of batches(jobs))
        await redis.del(...batch.flatMap((job) => [resultKey(job), reportKeyOf(resultKey(job))]));
    },
    async failures(jobs) {
      const wanted = new Set(jobs.map(jobId));
      const failed = (await queue.getFailed()) as Job<PointJob>[];
      const own = failed.filter((job) => job?.id !== undefined && wanted.has(job.id));
      await Promise.all(own.map((job) => job.remove()));
      return own.map(({ data, failedReason }) => ({ id: data.id, ...readReason(failedReason) }));
    },
    async withdraw(jobs) {
      // A job that a worker holds cannot be removed, and stays.
      await Promise.allSettled(jobs.map((job) => queue.remove(jobId(job))));
    },
    async workers() {
      const all = await heard(redis, WORKERS);
      return all.filter((text) => (JSON.parse(text) as { tool: string }).tool === identityText(tool)).length;
    },
    async close() {
      if (announced !== null) await redis.zrem(STUDIES, announced).catch(() => undefined);
      await queue.close();
      giveUp();
      redis.disconnect();
    },
  };
}

export async function servePoints(url: string, tool: ToolIdentity, options: ServeOptions): Promise<PointServer> {
  const bullmq = await optionalPackage(() => import('bullmq'));
  const { redis, giveUp } = await connectRedis(url);
  const name = queueName(tool);
  const lease = Math.round(options.lease * 1000);
  const worker: Worker<PointJob> = new bullmq.Worker(
    name,
    async (job: Job<PointJob>) => {
      try {
        const deaths = job.stalledCounter;
        const { bytes, effort } = await options.compute(job.data, deaths);
        const key = resultKeyOf(name, job.data);
        // Before the result: who finds that finds both.
        await redis.set(reportKeyOf(key), JSON.stringify({ effort, deaths } satisfies PointReport), 'EX', RESULT_S);
        await redis.set(key, Buffer.from(bytes), 'EX', RESULT_S);
      } catch (thrown) {
        const error = thrown as Error;
        const text = JSON.stringify({ name: error.name, message: error.message });
        throw FINAL.includes(error.name) ? new bullmq.UnrecoverableError(text) : new Error(text);
      }
    },
    {
      connection: redis as never,
      prefix: PREFIX,
      concurrency: options.jobs,
      lockDuration: lease,
      stalledInterval: lease,
      maxStalledCount: DEATHS,
      drainDelay: 1,
    },
  );
  // A connection that is lost comes back; BullMQ goes on by itself.
  worker.on('error', () => undefined);
  let up = true;
  const connection = (now: boolean) => {
    if (now !== up) options.onConnection?.(now);
    up = now;
  };
  redis.on('close', () => connection(false));
  redis.on('ready', () => connection(true));
  const self = JSON.stringify({ tool: identityText(tool), pid: process.pid, at: Math.random() });
  await present(redis, WORKERS, self);
  const timer = setInterval(() => present(redis, WORKERS, self).catch(() => undefined), (PRESENCE_S * 1000) / 3);
  return {
    async studies() {
      return (await heard(redis, STUDIES)).map((text) => (JSON.parse(text) as { tool: string }).tool);
    },
    async close() {
      clearInterval(timer);
      const finished = worker.close(!up);
      // What waits for an answer would wait for ever.
      const lost = new Promise<void>((resolve) => {
        if (!up) resolve();
        redis.once('close', resolve);
      });
      await Promise.race([finished.then(() => redis.zrem(WORKERS, self).catch(() => undefined)), lost]);
      giveUp();
      redis.disconnect();
    },
  };
}

/** Null where it is lost or cannot be read: a result does not fail for want of it. */
function readReport(text: Buffer | null): PointReport | null {
  try {
    const report = JSON.parse(text?.toString() ?? 'null') as PointReport | null;
    return typeof report?.effort === 'object' && report.effort !== null && typeof report.deaths === 'number'
      ? report
      : null;
  } catch {
    return null;
  }
}

function readReason(reason: string | undefined): { name: string; message: string } {
  try {
    return JSON.parse(reason ?? '') as { name: string; message: string };
  } catch {
    // BullMQ's own: a job whose workers died too often.
    return {
      name: 'EnvironmentError',
      message: `its workers died ${DEATHS + 1} times (${reason ?? 'no reason given'})`,
    };
  }
}

async function present(redis: Redis, key: string, member: string): Promise<void> {
  const now = await clock(redis);
  await redis.zadd(key, now + PRESENCE_S, member);
  await redis.zremrangebyscore(key, '-inf', now);
}

const heard = async (redis: Redis, key: string): Promise<string[]> =>
  redis.zrangebyscore(key, await clock(redis), '+inf');

/** Seconds by the server's clock: those of the machines may differ. */
const clock = async (redis: Redis): Promise<number> => Number((await redis.time())[0]);

function batches<T>(items: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(items.length / BATCH) }, (_, at) => items.slice(at * BATCH, (at + 1) * BATCH));
}
