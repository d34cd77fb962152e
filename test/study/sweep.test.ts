import { existsSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseTable } from '../../src/metrics/run-folder.ts';
import { meanInterval } from '../../src/metrics/statistics/resampling.ts';
import type { Executor } from '../../src/study/executor.ts';
import { LocalExecutor } from '../../src/study/local-executor.ts';
import { mergeShards } from '../../src/study/merge.ts';
import { decodeResult, decodeScenario, encodeResult, type PointResult } from '../../src/study/point-result.ts';
import type { Study } from '../../src/study/points.ts';
import { studyDocument } from '../../src/study/study-document.ts';
import { aggregateTable, settingResults } from '../../src/study/tables.ts';
import { temporaryFolder as runFolder, run as runOne } from '../run/small.ts';
import { contents, inThread, planned, run, temporaryFolder } from './sweep-fixture.ts';

function local(jobs: number): LocalExecutor {
  const executor = new LocalExecutor({ jobs });
  onTestFinished(() => executor.close());
  return executor;
}

/** Computes the first points of those that it is given, then dies as a process would: without a word. */
const dying = (inner: Executor, after: number): Executor => ({
  async run(points, options) {
    await inner.run(points.slice(0, after), options);
    throw new Error('killed');
  },
  close: () => inner.close(),
});

/** Finishes points in another order. */
const backwards = (inner: Executor): Executor => ({
  run: (points, options) => inner.run([...points].reverse(), options),
  close: () => inner.close(),
});

/** Point by point: a single point has all workers. */
const oneByOne = (inner: Executor): Executor => ({
  async run(points, options) {
    for (const point of points) await inner.run([point], options);
  },
  close: () => inner.close(),
});

const numbers = (folder: string, table: string, column: string) =>
  Array.from(parseTable(readFileSync(join(folder, table))).columns[column] as ArrayLike<number>);

describe('a sweep', () => {
  it('gives the same bytes whatever the order and however often it is interrupted', async () => {
    const folder = temporaryFolder();
    const study = planned(folder);
    const whole = join(folder, 'whole');
    await run(study, whole, inThread);
    expect(existsSync(join(whole, 'sweep.arrow'))).toBe(true);

    const other = join(folder, 'other');
    await run(study, other, backwards(inThread));
    expect(contents(other)).toEqual(contents(whole));

    const resumed = join(folder, 'resumed');
    await expect(run(study, resumed, dying(inThread, 3))).rejects.toThrow('killed');
    expect(existsSync(join(resumed, 'sweep.arrow'))).toBe(false);
    await expect(run(study, resumed, dying(inThread, 4))).rejects.toThrow('killed');
    const counts = { kept: 0, missing: 0 };
    const end = await run(study, resumed, inThread, { onStart: (found) => Object.assign(counts, found) });
    expect(counts).toEqual({ kept: 7, missing: 5 });
    expect(end).toMatchObject({ kept: 7, computed: 5 });
    expect(contents(resumed)).toEqual(contents(whole));
  });

  it('gives the same bytes on threads, side by side and each on all of them', async () => {
    const folder = temporaryFolder();
    const study = planned(folder, ['adapter.rank=4,64']);
    const whole = join(folder, 'whole');
    await run(study, whole, inThread);
    const threads = join(folder, 'threads');
    await run(study, threads, local(2));
    expect(contents(threads)).toEqual(contents(whole));
    const alone = join(folder, 'alone');
    await run(study, alone, oneByOne(local(2)));
    expect(contents(alone)).toEqual(contents(whole));
  }, 60_000);

  it('computes a broken or foreign point again, and all of them for another version', async () => {
    const folder = temporaryFolder();
    const study = planned(folder, ['adapter.rank=4,8'], 2);
    const target = join(folder, 'study');
    await run(study, target, inThread);
    const before = contents(target);
    const points = readdirSync(join(target, 'points')).sort();
    truncateSync(join(target, 'points', points[0]), 100);
    writeFileSync(join(target, 'points', points[1]), readFileSync(join(target, 'points', points[2])));
    rmSync(join(target, 'points', points[3]));
    writeFileSync(join(target, 'points', `${points[3]}.partial-999999999`), 'half');
    expect(await run(study, target, inThread)).toMatchObject({ kept: 1, computed: 3 });
    expect(contents(target)).toEqual(before);
    expect(await run(study, target, inThread)).toMatchObject({ kept: 4, computed: 0 });
    expect(await run(study, target, inThread, { version: '0.0.1' })).toMatchObject({ kept: 0, computed: 4 });
    expect(await run(study, target, inThread, { version: '0.0.1', keep: false })).toMatchObject({ computed: 4 });
  });

  it('agrees with run of the same scenario, and carries units', async () => {
    const folder = temporaryFolder();
    const study = planned(folder, ['adapter.rank=4,64'], 2);
    const target = join(folder, 'study');
    await run(study, target, inThread);
    const point = study.points[3];
    const outcome = await runOne(point.scenario, { out: runFolder() });
    expect(outcome.document.run_hash).toBe(point.id);
    const table = parseTable(readFileSync(join(target, 'sweep.arrow')));
    for (const { metric, cohort, value, unit } of outcome.rows) {
      if (cohort !== 'all') continue;
      expect(table.units[metric], metric).toBe(unit);
      const stored = (table.columns[metric] as ArrayLike<number>)[3];
      expect(Number.isNaN(stored) ? null : stored, metric).toBe(value);
    }
    expect(Array.from(table.columns['adapter.rank'] as ArrayLike<number>)).toEqual([4, 4, 64, 64]);
    expect(table.columns.seed[3]).toBe('mint#1');
    expect(table.columns.passed[3]).toBe(Number(outcome.passed));
  });

  it('aggregates replications with a Student-t interval', async () => {
    const folder = temporaryFolder();
    const study = planned(folder, ['adapter.rank=4,64'], 3);
    const target = join(folder, 'study');
    const { settings } = await run(study, target, inThread);
    const runs = numbers(target, 'sweep.arrow', 'ttft_ms_mean').slice(3, 6);
    const { estimate, lo, hi } = meanInterval(runs)!;
    expect(numbers(target, 'aggregate.arrow', 'ttft_ms_mean')[1]).toBe(estimate);
    expect(numbers(target, 'aggregate.arrow', 'ttft_ms_mean_lo')[1]).toBe(lo);
    expect(numbers(target, 'aggregate.arrow', 'ttft_ms_mean_hi')[1]).toBe(hi);
    const passed = numbers(target, 'sweep.arrow', 'passed');
    expect(settings!.map((setting) => setting.passed)).toEqual([
      passed.slice(0, 3).reduce((a, b) => a + b),
      passed.slice(3).reduce((a, b) => a + b),
    ]);
  });

  it('aggregates by the replications that have a value, and says how many', async () => {
    const study = planned(temporaryFolder(), ['adapter.rank=4,64'], 3);
    const results = study.points.map(({ index }) => ({
      passed: true,
      rows: [
        {
          ...{ metric: 'ttft_ms_mean', cohort: 'all', unit: 'ms', n: 1, lo: null, hi: null },
          value: [100, 200, null, 1, 2, 3][index],
        },
      ],
    })) as unknown as PointResult[];
    const document = studyDocument(study, '');
    const settings = settingResults(document, results);
    expect(settings.map(({ summary }) => summary[0])).toMatchObject([
      { value: 150, lo: 100, hi: 200, replications: 2 },
      { value: 2, replications: 3 },
    ]);
    const table = Buffer.from(aggregateTable(document, settings));
    const { columns } = parseTable(table);
    expect(Array.from(columns.ttft_ms_mean_replications as ArrayLike<number>)).toEqual([2, 3]);
    expect(table.includes('where <metric>_replications is 2, the two values')).toBe(true);
  });

  it('stops at the first point that fails, keeping the others', async () => {
    const folder = temporaryFolder();
    const study = planned(folder, ['budget.max_requests=1000,5'], 1);
    const target = join(folder, 'study');
    await expect(run(study, target, local(1))).rejects.toThrow(/max_requests|requests/);
    expect(readdirSync(join(target, 'points'))).toHaveLength(1);
  });

  it('notes what each point took in the manifest and nowhere else', async () => {
    const folder = temporaryFolder();
    const study = planned(folder);
    const target = join(folder, 'study');
    await run(study, target, local(1));
    const { harness } = JSON.parse(readFileSync(join(target, 'manifest.json'), 'utf8'));
    expect(harness.points.map(({ index }: { index: number }) => index)).toEqual(study.points.map(({ index }) => index));
    for (const { wall_s, requests, peak_rss_bytes } of harness.points) {
      expect(wall_s).toBeGreaterThan(0);
      expect(requests).toBeGreaterThan(10);
      expect(peak_rss_bytes).toBeGreaterThan(2 ** 24);
    }
    const files = readdirSync(target, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const { name, parentPath } of files.filter((entry) => entry.name !== 'manifest.json'))
      expect(readFileSync(join(parentPath, name)).includes('wall_s'), name).toBe(false);
  });

  it('stops when it is asked to', async () => {
    const folder = temporaryFolder();
    const abort = new AbortController();
    const study = planned(folder);
    const stopped = run(study, join(folder, 'study'), local(1), {
      signal: abort.signal,
      onPoint: () => abort.abort(),
    });
    await expect(stopped).rejects.toMatchObject({ name: 'StoppedError' });
    expect(readdirSync(join(folder, 'study', 'points')).length).toBeGreaterThanOrEqual(1);
  });
});

describe('shards', () => {
  const shards = async (study: Study, folder: string, of: number, executor: Executor) => {
    const paths: string[] = [];
    for (let part = 1; part <= of; part++) {
      const path = join(folder, `shard-${part}-of-${of}`);
      await run(study, path, executor, { shard: { part, of } });
      paths.push(path);
    }
    return paths;
  };

  it('merge into the same bytes as one sweep, for any number of them and in any order', async () => {
    const folder = temporaryFolder();
    const study = planned(folder);
    const executor = inThread;
    const whole = join(folder, 'whole');
    await run(study, whole, executor);
    for (const of of [2, 5]) {
      const paths = await shards(study, folder, of, executor);
      const { folder: merged } = mergeShards(paths.reverse(), () => join(folder, `merged-${of}`));
      expect(contents(merged)).toEqual(contents(whole));
    }
  });

  it('that are missing, double, unfinished or foreign are named', async () => {
    const folder = temporaryFolder();
    const study = planned(folder, ['adapter.rank=4,8'], 2);
    const executor = inThread;
    const [a, b] = await shards(study, folder, 2, executor);
    const [third] = await shards(study, folder, 3, executor);
    const target = () => join(folder, 'merged');
    expect(() => mergeShards([a], target)).toThrow(/2 of 4 points are in none of the folders: shard 2\/2 is missing/);
    expect(() => mergeShards([a, b, a], target)).toThrow(/shard 1\/2 is given twice/);
    expect(() => mergeShards([a, b, third], target)).toThrow(/shard 1\/[23] .* and shard 1\/[23] .* both hold/);
    expect(() => mergeShards([a, folder], target)).toThrow(/is no folder of a sweep/);
    rmSync(join(b, 'points', readdirSync(join(b, 'points'))[0]));
    expect(() => mergeShards([a, b], target)).toThrow(/is not finished: 1 of its 2 points/);
    const foreign = join(folder, 'foreign');
    await run(planned(folder, ['adapter.rank=4,16'], 2), foreign, executor, { shard: { part: 2, of: 2 } });
    expect(() => mergeShards([a, foreign], target)).toThrow(/is of another study/);
    const older = join(folder, 'older');
    await run(study, older, executor, { shard: { part: 2, of: 2 }, version: '0.0.9' });
    expect(() => mergeShards([a, older], target)).toThrow(/was computed by mint-bench 0\.0\.9/);
    expect(existsSync(target())).toBe(false);
  });
});

describe('points of other code', () => {
  it('are computed again, and tables made of them go at once', async () => {
    const folder = temporaryFolder();
    const study = planned(folder, ['adapter.rank=4,16'], 1);
    const target = join(folder, 'study');
    await run(study, target, inThread);
    const file = join(target, 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    expect(manifest.tool.code).toMatch(/^([0-9a-f]{10}|not built)$/);
    writeFileSync(file, JSON.stringify({ ...manifest, tool: { ...manifest.tool, code: '0123456789' } }));
    let found = null as unknown;
    await run(study, target, inThread, {
      onStart: (counts) => {
        found = { ...counts, table: existsSync(join(target, 'sweep.arrow')) };
      },
    });
    expect(found).toEqual({ kept: 0, missing: 2, table: false });
    expect(existsSync(join(target, 'sweep.arrow'))).toBe(true);
  });
});

it('the bytes of a result hold all of it', async () => {
  const folder = temporaryFolder();
  const study = planned(folder, ['adapter.rank=4,8'], 1);
  await run(study, join(folder, 'study'), inThread);
  for (const [index, name] of readdirSync(join(folder, 'study', 'points'))
    .sort()
    .entries()) {
    const bytes = readFileSync(join(folder, 'study', 'points', name));
    const result = decodeResult(bytes)!;
    expect(result).toMatchObject({ index, id: study.points[index].id });
    expect(decodeScenario(bytes)).toEqual(study.points[index].scenario);
    expect(Buffer.from(encodeResult(result, study.points[index])).equals(bytes)).toBe(true);
    expect(decodeResult(bytes.subarray(0, bytes.length - 50))).toBeNull();
  }
});
