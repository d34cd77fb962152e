/** Figures, tables and bibliographies from runs on disk, as a user asks for them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { mint, mintHere, temporaryFolder } from './cli.ts';

const cwd = temporaryFolder();
const SHORT = ['-q', '--no-figures', '--set', 'duration=60s', '--set', 'warmup=5s'];
let [lru, sieve] = ['', ''];

beforeAll(() => {
  for (const policy of ['lru', 'sieve']) {
    const { code, stderr } = mint(
      ['run', 'smoke', ...SHORT, '--set', `serving.tiers.gpu.eviction=${policy}`, '-o', policy],
      { cwd },
    );
    expect([code, stderr]).toEqual([0, '']);
  }
  [lru, sieve] = ['lru', 'sieve'].map((folder) => join(folder, readdirSync(join(cwd, folder))[0]));
});

const runs = () => [`lru=${lru}`, `sieve=${sieve}`];

describe('figure', () => {
  it('writes every format of two runs in one drawing, the same bytes again', async () => {
    const drawn = (out: string) => ['figure', 'lookups-by-cohort', ...runs(), '--out', out];
    const { code, stdout, stderr } = mint(drawn('a'), { cwd });
    expect([code, stderr]).toEqual([0, '']);
    const files = stdout.trimEnd().split('\n');
    expect(files).toEqual(['svg', 'png', 'pdf', 'vl.json', 'csv'].map((end) => join('a', `lookups-by-cohort.${end}`)));
    // Once in a process of its own and once after other work.
    await mintHere(['figure', 'fairness', lru, '--format', 'svg', '--out', 'before'], { cwd });
    await mintHere(drawn('b'), { cwd });
    for (const file of files)
      expect(readFileSync(join(cwd, file)).equals(readFileSync(join(cwd, file.replace(/^a/, 'b')))), file).toBe(true);
    const rows = readFileSync(join(cwd, 'a', 'lookups-by-cohort.csv'), 'utf8')
      .split('\r\n')
      .slice(1, -1);
    expect(rows.map((row) => row.split(',')[0])).toEqual([...new Array(4).fill('lru'), ...new Array(4).fill('sieve')]);
  });

  it('draws a figure again from its specification, at another width', async () => {
    await mintHere(['figure', 'fairness', lru, '--format', 'vl', '--out', 'first'], { cwd });
    const { code } = await mintHere(
      ['figure', 'fairness', 'first/fairness.vl.json', '--size', 'two-column', '--format', 'svg,tex', '--out', 'again'],
      { cwd },
    );
    expect(code).toBe(0);
    const svg = readFileSync(join(cwd, 'again', 'fairness.svg'), 'utf8');
    expect(svg).toMatch(/ width="67[12](\.\d+)?"/);
    expect(svg).toMatch(/simulated · run [0-9a-f]{10}/);
    expect(readFileSync(join(cwd, 'again', 'fairness.tex'), 'utf8')).toContain('\\begin{figure*}');
  });

  it('takes runs that differ in a parameter for a study', async () => {
    const { code, stderr } = await mintHere(['figure', 'step-time', ...runs()], { cwd });
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(/^error: step-time shows one run at a time: /);
    expect((await mintHere(['figure', 'scale-out', ...runs()], { cwd })).stderr).toMatch(
      /^error: scale-out has nothing to show/,
    );
  });

  it.each([
    [['figure', 'fairnes', 'x'], /^error: there is no figure "fairnes"\n {2}did you mean fairness\?\n$/],
    [
      ['figure', 'fairness', 'nowhere'],
      /^error: nowhere does not exist, here or in reports\/runs or reports\/studies\n/,
    ],
    [['figure', 'kernel-roofline', 'LRU'], /^error: kernel-roofline is drawn from measurements of mint-bench kernel/],
    [['figure', 'scale-out', 'LRU'], /^error: scale-out is drawn from a sweep, or several runs/],
    [['figure', 'fairness', 'LRU', '--format', 'jpg'], /^error: --format: there is no format "jpg"/],
    [['figure', 'fairness', 'LRU', 'LRU'], /^error: two inputs are called /],
    [['table', 'LRU', '--cohort', 'nobody'], /^error: none of these has a cohort "nobody"/],
    [['table', 'LRU', '--metrics', 'ttft'], /^error: --metrics: there is no metric "ttft"/],
  ])('%j is an error that says what to do', async (args, message) => {
    const { code, stdout, stderr } = await mintHere(
      args.map((word) => (word === 'LRU' ? lru : word)),
      { cwd },
    );
    expect([code, stdout]).toEqual([EXIT.usage, '']);
    expect(stderr).toMatch(message);
    expect(existsSync(join(cwd, 'figures'))).toBe(false);
  });
});

describe('table', () => {
  it('has one line a run and the same numbers in each format', async () => {
    const of = (...more: string[]) =>
      mintHere(['table', ...runs(), '--metrics', 'ttft_ms_p99,hit_ratio_gpu', ...more], { cwd });
    const text = (await of()).stdout.trimEnd().split('\n');
    expect(text.slice(3).join(' ')).toMatch(/^ Simulated \(run \w+, run \w+\)\.$/);
    expect(text[0]).toMatch(/^run +TTFT p99 +Hit ratio GPU$/);
    const [, value] = /^lru +(\S+ m?s) /.exec(text[1])!;
    expect((await of('--format', 'latex')).stdout).toContain(`lru & ${value}`);
    expect((await of('--format', 'markdown')).stdout).toContain(`| lru | ${value}`);
    const csv = (await of('--format', 'csv')).stdout.split('\r\n');
    expect(csv[0]).toBe(
      'run,ttft_ms_p99,ttft_ms_p99_lo,ttft_ms_p99_hi,hit_ratio_gpu,hit_ratio_gpu_lo,hit_ratio_gpu_hi',
    );
    expect(JSON.parse((await of('--json')).stdout).rows).toHaveLength(2);
  });
});

describe('cite', () => {
  it('says of a folder that is not there that it is not', async () => {
    const { code, stderr } = await mintHere(['cite', '/nonexistent'], { cwd });
    expect([code, stderr]).toEqual([EXIT.usage, expect.stringMatching(/^error: \/nonexistent does not exist\n/)]);
  });

  it('names the works behind what the runs used, once each', async () => {
    const { code, stdout } = await mintHere(['cite', lru, sieve], { cwd });
    expect(code).toBe(0);
    const keys = [...stdout.matchAll(/^@\w+\{([^,]+),/gm)].map(([, key]) => key);
    expect(keys).toEqual(expect.arrayContaining(['mint-2026', 'mattson-1970', 'sieve-2024', 'zipf-1949']));
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys).not.toContain('arc-2003');
  });
});
