import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/scenario/errors.ts';
import type { Executor } from '../../../src/study/executor.ts';
import type { PointResult } from '../../../src/study/point-result.ts';
import { fitAll } from '../../../src/study/reproduce/fit-all.ts';
import { PLAN_METRICS } from '../../../src/study/reproduce/plan-metrics.ts';
import { publishedFile, readReproduction } from '../../../src/study/reproduce/published.ts';
import { reproduceEach } from '../../../src/study/reproduce/reproduce.ts';
import type { Comparison } from '../../../src/study/reproduce/score.ts';

const FOLDER = join(import.meta.dirname, '../../../scenarios/published');
const source = (name: string) => ({ name, read: () => readReproduction(publishedFile(FOLDER, name)) });
const idle = (run: Executor['run'] = async () => {}): Executor => ({ run, close: async () => {} }) as Executor;

describe('reproducing one after the other', () => {
  it('goes on after a file that cannot be used and a run that fails, and names both', async () => {
    let runs = 0;
    const executor = idle(async () => {
      if (++runs === 2) throw new RangeError('the second run');
    });
    const broken = {
      name: 'broken',
      read: () => {
        throw new UserError('broken.published.yaml: title: missing');
      },
    };
    const sources = [
      broken,
      source('lora-operators'),
      source('vllm-requests'),
      source('punica-textgen'),
      source('mint'),
    ];
    const { results, failed, stopped } = await reproduceEach(sources, executor);
    expect(failed.map(({ name, error }) => [name, error.message])).toEqual([
      ['broken', 'broken.published.yaml: title: missing'],
      ['punica-textgen', 'the second run'],
    ]);
    // The operators need no run at all.
    expect(results.map(({ reproduction }) => reproduction.name)).toEqual(['lora-operators', 'vllm-requests', 'mint']);
    expect(stopped).toEqual([]);
  });

  it('puts extra settings on top of every row, beside the same published values', async () => {
    const values = async (extra: { path: string; value: unknown }[]) => {
      const { results } = await reproduceEach([source('lora-operators')], idle(), { extra });
      return results[0].comparisons.map(({ published, simulated }) => ({ published, simulated: simulated! }));
    };
    const as = await values([]);
    const slower = await values([{ path: 'serving.cost', value: { model: 'roofline', lora_operator: '1ms' } }]);
    expect(slower.map(({ published }) => published)).toEqual(as.map(({ published }) => published));
    for (const [i, { simulated }] of slower.entries()) expect(simulated).toBeGreaterThan(900 + as[i].simulated * 0.5);
  });

  it('keeps what is finished when it is stopped, and names the rest', async () => {
    const controller = new AbortController();
    const executor = idle(async () => {
      controller.abort();
      throw new Error('stopped');
    });
    const sources = [source('lora-operators'), source('mint'), source('vllm-requests')];
    const { results, failed, stopped } = await reproduceEach(sources, executor, { signal: controller.signal });
    expect(results.map(({ reproduction }) => reproduction.name)).toEqual(['lora-operators']);
    expect([failed, stopped]).toEqual([[], ['mint', 'vllm-requests']]);
  });

  it('keeps the rows of the one that it is stopped in, without the checks that take all of them', async () => {
    const run = (most: number, controller = new AbortController()) => {
      let ran = 0;
      const executor = idle(async (points, { onResult }) => {
        for (const { index, setting, replication, id } of points) {
          if (ran++ === most) {
            controller.abort();
            throw new Error('stopped');
          }
          const rows = [{ metric: 'ttft_ms_p50', cohort: 'all', unit: 'ms', value: 1, lo: null, hi: null }];
          onResult({ index, setting, replication, id, rows } as unknown as PointResult);
        }
      });
      return reproduceEach([source('vllm-0.8-lora-grid'), source('mint')], executor, { signal: controller.signal });
    };
    const whole = (await run(Number.POSITIVE_INFINITY)).results[0];
    const { results, stopped, part } = await run(5);
    expect([results, stopped]).toEqual([[], ['vllm-0.8-lora-grid', 'mint']]);
    expect(part!.of).toBe(whole.rows.length);
    // What follows from the plan alone needs no run.
    const planned = whole.rows.filter(({ published }) => [...published.keys()].every((name) => name in PLAN_METRICS));
    expect(part!.result.rows).toHaveLength(planned.length + 5);
    const key = ({ row, metric, standing, error }: Comparison) => [row.group.name, row.label, metric, standing, error];
    const kept = new Set(part!.result.rows.map(({ group, label }) => `${group.name}/${label}`));
    const same = whole.comparisons.filter(({ row }) => kept.has(`${row.group.name}/${row.label}`));
    expect(part!.result.comparisons.map(key)).toEqual(same.map(key));
    expect([part!.result.orderings, part!.result.knees, part!.result.rivals]).toEqual([[], [], []]);
  });
});

describe('a fit', () => {
  const copy = mkdtempSync(join(tmpdir(), 'mint-fit-'));
  afterAll(() => rmSync(copy, { recursive: true }));

  it('ends when it is asked to, and leaves the calibration as it was', async () => {
    cpSync(join(FOLDER, 'engines'), join(copy, 'engines'), { recursive: true });
    for (const ending of ['.yaml', '.published.yaml'])
      copyFileSync(join(FOLDER, `vllm-0.8-lora-grid${ending}`), join(copy, `vllm-0.8-lora-grid${ending}`));
    const calibration = join(copy, 'engines', 'vllm-0.8.json');
    const before = readFileSync(calibration, 'utf8');
    const task = { paths: [publishedFile(copy, 'vllm-0.8-lora-grid')], costs: true, date: '2026-01-01' };
    // Takes minutes where nobody ends it.
    await expect(fitAll(task, () => {}, AbortSignal.timeout(1_500))).rejects.toThrow('stopped');
    expect(readFileSync(calibration, 'utf8')).toBe(before);
  });
});
