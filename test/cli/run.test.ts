import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { mint, mintHere, ROOT, temporaryFolder } from './cli.ts';

const SHORT = ['--set', 'duration=60s', '--set', 'warmup=5s', '--no-figures'];
const cwd = temporaryFolder();
const results = (folder: string) => join(cwd, folder, readdirSync(join(cwd, folder)).sort()[0]);

describe('run', () => {
  it('gives the same stdout and the same files with one worker and with two', async () => {
    const one = mint(['run', 'smoke', ...SHORT, '--jobs', '1', '--out', 'one'], { cwd });
    const two = mint(['run', 'smoke', ...SHORT, '--jobs', '2', '--out', 'two'], { cwd });
    expect([one.code, two.code]).toEqual([0, 0]);
    expect(two.stdout).toBe(one.stdout.replaceAll('one/', 'two/'));
    const files = readdirSync(results('one'));
    expect(files).toEqual(readdirSync(results('two')));
    expect(files).toContain('summary.arrow');
    // The manifest holds times; a report embeds it.
    for (const file of files.filter(
      (name) => name !== 'manifest.json' && name !== 'report.html' && name.includes('.'),
    )) {
      expect(readFileSync(join(results('one'), file)).equals(readFileSync(join(results('two'), file))), file).toBe(
        true,
      );
    }
    expect(one.stdout).toMatch(/^PASS {2}smoke\n/);
    expect(one.stdout).toMatch(
      /\nagain: mint-bench run smoke --set duration=60s --set warmup=5s\nreport: one\/smoke-[0-9a-f]{10}\/report.html\n$/,
    );
    expect(one.stderr).toMatch(/smoke: .* requests\/s on .*, peak /);
    const reproduced = await mintHere(['run', 'smoke', ...SHORT, '--out', 'one', '--resume', '-q'], { cwd });
    expect(reproduced).toEqual({ code: 0, stdout: one.stdout, stderr: '' });
  });

  it('prints summary.json under --json', async () => {
    const { code, stdout } = await mintHere(
      ['run', 'smoke', ...SHORT, '--json', '-q', '--out', 'json', '--seed', '007'],
      {
        cwd,
      },
    );
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(join(results('json'), 'summary.json'), 'utf8'));
    expect(JSON.parse(stdout)).toMatchObject({ scenario: 'smoke', seed: '007', provenance: 'simulated' });
  });

  it('runs replications with different seeds, the first being the scenario itself', async () => {
    const { code, stdout } = await mintHere(
      ['run', 'smoke', ...SHORT, '--replications', '3', '--json', '-q', '--out', 'many'],
      {
        cwd,
      },
    );
    expect(code).toBe(0);
    const documents = JSON.parse(stdout) as { seed: string; metrics: Record<string, { value: number }> }[];
    expect(documents.map(({ seed }) => seed)).toEqual(['mint', 'mint#1', 'mint#2']);
    expect(new Set(documents.map(({ metrics }) => metrics.ttft_ms_mean.value)).size).toBe(3);
  });

  it('prints what replications have in common, and where each of them is', async () => {
    const { stdout } = await mintHere(['run', 'smoke', ...SHORT, '--replications', '3', '-q', '--out', 'many'], {
      cwd,
    });
    const shown = /^ {2}ttft_ms_p50 +([\d.]+) ±[\d.]+ ms$/m.exec(stdout);
    const folders = [...stdout.matchAll(/^ {2}(mint\S*) +passes {2}(\S+)\/report\.html$/gm)];
    expect(folders.map(([, seed]) => seed)).toEqual(['mint', 'mint#1', 'mint#2']);
    const values = folders.map(([, , folder]) => {
      const { metrics } = JSON.parse(readFileSync(join(cwd, folder, 'summary.json'), 'utf8'));
      return metrics.ttft_ms_p50.value as number;
    });
    expect(Number(shown?.[1])).toBeCloseTo(values.reduce((a, b) => a + b) / 3, 0);
    expect(stdout).toMatch(/^PASS {2}smoke {2}3 replications\n {2}slo_attainment >= 95% {2}holds in each\n/);
  });

  it('fails where a threshold does, with the results kept', async () => {
    const { code, stdout } = await mintHere(
      ['run', 'smoke', ...SHORT, '--set', 'thresholds.ttft_ms_p50=< 1', '-q', '--out', 'strict'],
      { cwd },
    );
    expect(code).toBe(EXIT.threshold);
    expect(stdout).toMatch(/^FAIL {2}smoke\n/);
    expect(stdout).toMatch(/^ {2}✗ {2}ttft_ms_p50 .* < 1 ms$/m);
    expect(existsSync(join(results('strict'), 'summary.json'))).toBe(true);
  });

  it('draws its figures, and draws them again', async () => {
    const drawn = mint(['run', 'smoke', '--set', 'duration=60s', '--set', 'warmup=5s', '--out', 'drawn'], { cwd });
    expect(drawn.code).toBe(0);
    const figures = join(results('drawn'), 'figures');
    const before = readdirSync(figures);
    expect(before).toEqual(
      expect.arrayContaining(['ttft-distribution.svg', 'ttft-distribution.png', 'memory-split.csv']),
    );
    const svg = readFileSync(join(figures, 'ttft-distribution.svg'));
    const again = await mintHere(['report', results('drawn')], { cwd });
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(again.stdout.split('\n').slice(0, 5)).toEqual(drawn.stdout.split('\n').slice(0, 5));
    expect(readdirSync(figures)).toEqual(before);
    expect(readFileSync(join(figures, 'ttft-distribution.svg')).equals(svg)).toBe(true);
    expect(await mintHere(['report', 'nothing'], { cwd })).toEqual({
      code: EXIT.usage,
      stdout: '',
      stderr:
        'error: nothing does not exist, here or in reports/runs or reports/studies\n  each command prints where it keeps its results\n',
    });
  });

  it('shows what it would do, and refuses what it cannot', async () => {
    expect(await mintHere(['run', 'smoke', '--dry-run', '--jobs', '0'], { cwd })).toMatchObject({
      code: EXIT.usage,
      stderr: expect.stringMatching(/--jobs must be a whole number of at least 1/),
    });
    const dry = await mintHere(['run', 'smoke', '--dry-run', '--out', 'dry'], { cwd });
    expect([dry.code, dry.stderr]).toEqual([0, '']);
    expect(dry.stdout).toMatch(/^smoke\n {2}users +10,000/);
    expect(existsSync(join(cwd, 'dry'))).toBe(false);
    expect(await mintHere(['run', 'smoke', '--jobs', '0'], { cwd })).toEqual({
      code: EXIT.usage,
      stdout: '',
      stderr: 'error: --jobs must be a whole number of at least 1\n',
    });
    expect((await mintHere(['run', 'smok'], { cwd })).code).toBe(EXIT.scenario);
    const full = mint(['run', 'smoke', ...SHORT, '-q', '--out', '/dev/null/x'], { cwd });
    expect(full.code).toBe(EXIT.unavailable);
  });

  it('stops at Ctrl-C, says how to go on, and leaves no half result', async () => {
    const child = spawn(
      process.execPath,
      [
        join(ROOT, 'bin', 'mint-bench.js'),
        'run',
        'smoke',
        '--set',
        'duration=30d',
        '--set',
        'budget.max_requests=1e9',
        '--set',
        'budget.max_events=1e12',
        '--out',
        'stopped',
      ],
      {
        cwd,
        env: { PATH: process.env.PATH, NO_COLOR: '1' },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    let stderr = '';
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    // The partial folder stands before the simulation begins.
    const folder = join(cwd, 'stopped');
    while (!existsSync(folder) && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 50));
    child.kill('SIGINT');
    const code = await ended;
    expect(stderr).toContain('interrupted: what is finished is kept');
    expect(stderr).toContain('nothing was finished; again with: mint-bench run smoke');
    expect(code).toBe(EXIT.interrupted);
    expect(readdirSync(folder)).toEqual([]);
  });
});
