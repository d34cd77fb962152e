/**
 * A sweep on workers behind a real redis-server, one of which is killed with points in its hands. Runs where redis-server and the
 * optional packages are; says so where they are not.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import type { Effort } from '../../src/study/executor.ts';
import { RedisExecutor } from '../../src/study/redis-executor.ts';
import { openQueue } from '../../src/study/redis-queue.ts';
import { toolIdentity } from '../../src/study/study-folder.ts';
import { contents, inThread, planned, run, temporaryFolder } from './sweep-fixture.ts';

const ROOT = join(import.meta.dirname, '../..');
const reason = await missing();
const TOOL = toolIdentity(packageJson.version);

async function missing(): Promise<string> {
  if (spawnSync('redis-server', ['--version']).status !== 0) return 'skipped: there is no redis-server on the path';
  try {
    await Promise.all([import('bullmq'), import('ioredis')]);
    return '';
  } catch {
    return 'skipped: the optional packages bullmq and ioredis are not installed';
  }
}

let server: ChildProcess;
let url: string;
const workers: ChildProcess[] = [];

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

function worker(...options: string[]): ChildProcess & { text: string } {
  const args = [join(ROOT, 'bin/mint-bench.js'), 'worker', url, '--jobs', '1', '--lease', '2s', ...options];
  const child = Object.assign(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }), { text: '' });
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (data: Buffer) => {
      child.text += data.toString();
    });
  }
  workers.push(child);
  return child;
}

async function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode;
}

describe.skipIf(reason !== '')(`points behind Redis ${reason}`, () => {
  beforeAll(async () => {
    const port = await freePort();
    url = `redis://127.0.0.1:${port}`;
    const args = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'];
    server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    for await (const text of server.stdout!) if (String(text).includes('Ready to accept connections')) break;
    server.stdout!.resume();
  });

  afterAll(() => {
    for (const child of workers) child.kill('SIGKILL');
    server?.kill('SIGKILL');
  });

  it('lose nothing and count nothing twice when a worker is killed, and give the bytes of one thread', async () => {
    const folder = temporaryFolder();
    const study = planned(folder);
    const whole = join(folder, 'whole');
    await run(study, whole, inThread);
    const group = [worker(), worker(), worker()];
    const executor = new RedisExecutor(url, TOOL);
    const seen: number[] = [];
    const target = join(folder, 'redis');
    try {
      await run(study, target, executor, {
        onPoint: ({ index }) => {
          // With a point in its hands, more often than not: they take the next as soon as one is done.
          if (seen.push(index) === 2) group[0].kill('SIGKILL');
        },
      });
    } finally {
      await executor.close();
    }
    expect(await ended(group[0])).toBeNull();
    expect(seen.sort((a, b) => a - b)).toEqual(study.points.map(({ index }) => index));
    expect(contents(target)).toEqual(contents(whole));
    const { harness } = JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8'));
    expect(harness.points.map(({ index }: { index: number }) => index)).toEqual(study.points.map(({ index }) => index));
    expect(harness.points.every(({ wall_s, requests }: Effort) => wall_s > 0 && requests > 0)).toBe(true);
    for (const child of group.slice(1)) child.kill('SIGTERM');
    expect(await Promise.all(group.slice(1).map(ended))).toEqual([0, 0]);
  }, 120_000);

  it('wait in Redis for a sweep that was killed', async () => {
    const study = planned(temporaryFolder(), ['adapter.rank=4,16'], 2);
    const [first] = study.points;
    const abort = new AbortController();
    const executor = new RedisExecutor(url, TOOL);
    const options = { signal: abort.signal, onResult: () => undefined };
    const stopped = executor.run(study.points, { ...options, onNotice: () => abort.abort() });
    await expect(stopped).rejects.toMatchObject({ name: 'StoppedError' });
    await executor.close();

    // As kill -9 leaves it: jobs that nobody waits for, computed all the same.
    const queue = await openQueue(url, TOOL);
    const { resolvedYaml } = await import('../../src/scenario/hash.ts');
    const job = { id: first.id, scenario: resolvedYaml(first.scenario), check: false };
    await queue.ensure([job]);
    await queue.ensure([job]);
    const child = worker('--idle', '2s');
    expect(await ended(child)).toBe(0);
    expect(child.text).toMatch(/^1 point computed$/m);
    expect((await queue.results([job])).size).toBe(1);
    await queue.close();

    const again = new RedisExecutor(url, TOOL);
    const results: string[] = [];
    await again.run([first], { onResult: ({ id }) => results.push(id) });
    await again.close();
    expect(results).toEqual([first.id]);
  }, 60_000);

  it('outlive a report that cannot be read', async () => {
    const queue = await openQueue(url, TOOL);
    const [{ Redis }, { resolvedYaml }] = await Promise.all([import('ioredis'), import('../../src/scenario/hash.ts')]);
    const redis = new Redis(url);
    const jobs = planned(temporaryFolder(), ['adapter.rank=8,16,32'], 1).points.map(({ id, scenario }) => ({
      ...{ id, scenario: resolvedYaml(scenario), check: false },
    }));
    const name = `points-${TOOL.version}-${TOOL.code.replaceAll(' ', '-')}-node${TOOL.node_major}-${TOOL.arch}`;
    const key = (at: number) => `mint-bench:result:${name.replaceAll(':', '_')}:${jobs[at].id}`;
    const report = { effort: { wall_s: 1, requests: 2, peak_rss_bytes: 3 }, deaths: 0 };
    for (const [at, text] of ['{"effort": tr', 'null', JSON.stringify(report)].entries())
      await redis
        .multi()
        .set(key(at), `bytes ${at}`)
        .set(`${key(at)}:report`, text)
        .exec();
    const found = await queue.results(jobs);
    expect(jobs.map(({ id }) => found.get(id)?.report)).toEqual([null, null, report]);
    expect(jobs.map(({ id }) => String(found.get(id)?.bytes))).toEqual(['bytes 0', 'bytes 1', 'bytes 2']);
    await queue.discard(jobs);
    redis.disconnect();
    await queue.close();
  });

  it('say that they were taken over from a worker that fell silent', async () => {
    const [point] = planned(temporaryFolder(), ['adapter.rank=32'], 1).points;
    const queue = await openQueue(url, TOOL);
    const { resolvedYaml } = await import('../../src/scenario/hash.ts');
    const job = { id: point.id, scenario: resolvedYaml(point.scenario), check: false };
    await queue.ensure([job]);
    // Takes the point as a worker does, and is not heard of again.
    const [{ Worker }, { Redis }] = await Promise.all([import('bullmq'), import('ioredis')]);
    const redis = new Redis(url, { maxRetriesPerRequest: null });
    const [key] = await redis.keys(`mint-bench:points-*:${point.id}`);
    const dead = new Worker(key.split(':')[1], null, {
      connection: redis as never,
      prefix: 'mint-bench',
      lockDuration: 1000,
    });
    expect((await dead.getNextJob('dead'))?.data).toMatchObject({ id: point.id });
    const child = worker('--idle', '6s');
    expect(await ended(child)).toBe(0);
    expect(child.text).toMatch(/taken over from a worker that fell silent\b/);
    // The sweep that collects it hears of that too, and what it took.
    const executor = new RedisExecutor(url, TOOL);
    const notices: string[] = [];
    const progress: number[] = [];
    const efforts: (Effort | undefined)[] = [];
    await executor.run([point], {
      onResult: (_, effort) => efforts.push(effort),
      onProgress: ({ arrivals }) => progress.push(arrivals),
      onNotice: (text) => notices.push(text),
    });
    await executor.close();
    expect(notices.join('\n')).toMatch(/^\S+, replication 0 was taken over from a worker that fell silent$/m);
    expect(efforts).toEqual([
      { wall_s: expect.any(Number), requests: expect.any(Number), peak_rss_bytes: expect.any(Number) },
    ]);
    expect(efforts[0]!.requests).toBeGreaterThan(0);
    expect(progress.at(-1)).toBe(efforts[0]!.requests);
    expect((await queue.results([job])).size).toBe(0);
    await queue.close();
    await dead.close(true);
    redis.disconnect();
  }, 60_000);

  it('that are under way when a worker is told to stop are finished, counted, and said to be', async () => {
    const [point] = planned(temporaryFolder(), ['adapter.rank=48'], 1).points;
    const queue = await openQueue(url, TOOL);
    const { resolvedYaml } = await import('../../src/scenario/hash.ts');
    const child = worker();
    await expect.poll(() => child.text, { timeout: 20_000 }).toMatch(/waiting for points/);
    const job = { id: point.id, scenario: resolvedYaml(point.scenario), check: false };
    await queue.ensure([job]);
    await expect.poll(async () => (await queue.results([job])).size, { timeout: 20_000 }).toBe(1);
    child.kill('SIGINT');
    expect(await ended(child)).toBe(0);
    expect(child.text).toMatch(/interrupted: points under way are finished, no more are taken;/);
    expect(child.text).toMatch(/^1 point computed$/m);
    await queue.discard([job]);
    await queue.close();
  }, 60_000);

  it('that fail say which point it was, without a second try', async () => {
    const study = planned(temporaryFolder(), ['budget.max_requests=1000,5'], 1);
    const child = worker();
    const executor = new RedisExecutor(url, TOOL);
    await expect(executor.run(study.points, { onResult: () => undefined })).rejects.toMatchObject({
      name: 'BudgetError',
      message: expect.stringMatching(/budget\.max_requests=5/),
    });
    await executor.close();
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  }, 60_000);

  it('refuse a worker of another version, and say so', async () => {
    const queue = await openQueue(url, { ...TOOL, version: '99.0.0' });
    await queue.announce('other');
    const child = worker();
    const code = await ended(child);
    expect([code, child.signalCode], child.text).toEqual([4, null]);
    expect(child.text).toMatch(
      new RegExp(
        `run by mint-bench 99\\.0\\.0 .*on Node .*; this worker is mint-bench ${packageJson.version} .*on Node`,
      ),
    );
    await queue.close();
  }, 60_000);

  it('leave a worker whose server has gone free to end', async () => {
    const port = await freePort();
    const own = spawn('redis-server', ['--port', String(port), '--bind', '127.0.0.1', '--save', '']);
    for await (const text of own.stdout) if (String(text).includes('Ready to accept connections')) break;
    own.stdout.resume();
    const args = [join(ROOT, 'bin/mint-bench.js'), 'worker', `redis://127.0.0.1:${port}`, '--jobs', '1'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    workers.push(child);
    let text = '';
    child.stderr.on('data', (data: Buffer) => (text += data.toString()));
    await expect.poll(() => text, { timeout: 20_000 }).toMatch(/waiting for points/);
    own.kill('SIGKILL');
    await expect.poll(() => text, { timeout: 20_000 }).toMatch(/the Redis server does not answer/);
    child.kill('SIGTERM');
    expect(await ended(child)).toBe(0);
  }, 60_000);

  it('need a server that answers', async () => {
    const port = await freePort();
    const executor = new RedisExecutor(`redis://user:secret@127.0.0.1:${port}`, TOOL);
    const study = planned(temporaryFolder(), ['adapter.rank=4,8'], 1);
    const failed = executor.run(study.points, { onResult: () => undefined });
    const error = await failed.then(
      () => null,
      (thrown: Error) => thrown,
    );
    expect(error?.name).toBe('EnvironmentError');
    expect(error?.message).toMatch(/ECONNREFUSED/);
    expect(error?.message).not.toMatch(/secret/);
  });
});
