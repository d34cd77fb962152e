import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { TINY } from '../study/sweep-fixture.ts';
import { mint, mintHere, type Ran, ROOT, temporaryFolder } from './cli.ts';

const cwd = temporaryFolder();
writeFileSync(join(cwd, 'tiny.yaml'), TINY);
const AXES = ['--set', 'adapter.rank=4,64', '--set', 'population.users=200,2k'];
const folderIn = (out: string) => {
  const name = readdirSync(join(cwd, out)).find((entry) => !entry.includes('.shard'));
  return join(cwd, out, name!);
};
/** All files but the manifest, which holds times. */
const files = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();
const same = (a: string, b: string) => {
  expect(files(a)).toEqual(files(b));
  for (const file of files(a)) expect(readFileSync(join(a, file)).equals(readFileSync(join(b, file))), file).toBe(true);
};

describe('sweep', () => {
  it('says once what its presets do not say by themselves, as run does', async () => {
    const engine = ['--set', 'serving.engine=vllm-v1', '--set', 'duration=2s', '--set', 'warmup=0s', '--no-figures'];
    const swept = await mintHere(['sweep', 'smoke', ...engine, '--set', 'adapter.rank=8,16', '--out', 'noted'], {
      cwd,
    });
    expect(swept.stderr.match(/^note: step costs are the uncalibrated roofline/gm)).toHaveLength(1);
    const axis = ['--axis', 'hardware.replicas=2,4', '--meet', 'ttft_ms_p99 < 100s'];
    const planned = await mintHere(['plan', 'smoke', ...engine, ...axis, '--out', 'noted'], { cwd });
    expect(planned.stderr.match(/^note: step costs are the uncalibrated roofline/gm)).toHaveLength(1);
    expect((await mintHere(['plan', 'smoke', ...engine, ...axis, '--out', 'noted', '-q'], { cwd })).stderr).not.toMatch(
      /note:/,
    );
  });

  it('runs every point, prints a row a setting and keeps tables, figures and a report', async () => {
    const { code, stdout, stderr } = mint(['sweep', 'tiny.yaml', ...AXES, '--replications', '2', '--out', 'whole'], {
      cwd,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^tiny {2}4 settings × 2 replications; \[ \] holds the values of the 2 replications, which are too few for an interval \(--replications 5\)\.\n/,
    );
    // Too wide for a pipe's 80 columns on one line: headings break, and what is still too wide goes on below.
    const parts = stdout.match(/^ {2}adapter\. +population\./gm) ?? [];
    expect(parts.length).toBeGreaterThan(0);
    expect(stdout.match(/^ {2}(4|64) +(200|2k) /gm)).toHaveLength(4 * parts.length);
    const rows = stdout.split('\n').filter((line) => line.startsWith('  '));
    expect(Math.max(...rows.map(({ length }) => length))).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(
      /\nagain: mint-bench sweep tiny\.yaml --set adapter\.rank=4,64 --set population\.users=200,2k --replications 2 --out whole\n/,
    );
    expect(
      stderr.match(/^\d\/8 adapter\.rank=.*: [\d.]+ m?s, [\d.]+ [mµ]?s a request, peak [\d.]+ [MG]iB$/gm),
    ).toHaveLength(8);
    const page = readFileSync(join(folderIn('whole'), 'report.html'));
    writeFileSync(join(folderIn('whole'), 'report.html'), 'torn');
    expect((await mintHere(['report', folderIn('whole')], { cwd })).code).toBe(0);
    expect(readFileSync(join(folderIn('whole'), 'report.html')).equals(page)).toBe(true);
    expect((await mintHere(['cite', folderIn('whole')], { cwd })).stdout).toMatch(/^@\w+\{/m);
    const found = files(folderIn('whole'));
    for (const file of ['sweep.arrow', 'aggregate.arrow', 'study.json', 'summary.md', 'report.html'])
      expect(found).toContain(file);
    expect(found).toContain('figures/sweep-grid.png');
    expect(found).toContain('figures/scale-down.svg');
  });

  it('takes what is there the second time, and prints the same', async () => {
    const args = ['sweep', 'tiny.yaml', ...AXES, '--replications', '2', '--out', 'whole'];
    const before = readFileSync(join(folderIn('whole'), 'sweep.arrow'));
    const again = await mintHere(args, { cwd });
    expect(again.stderr).toMatch(/^8 of 8 points are taken from whole\/tiny-[0-9a-f]{10} \(--no-resume/m);
    expect(readFileSync(join(folderIn('whole'), 'sweep.arrow')).equals(before)).toBe(true);
    const { stdout, stderr } = await mintHere([...args, '--json', '-q'], { cwd });
    expect(stderr).toBe('');
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ study: 'tiny', replications: 2, provenance: 'simulated' });
    expect(document.settings.map(({ values }: { values: object }) => values)).toEqual([
      { 'adapter.rank': 4, 'population.users': 200 },
      { 'adapter.rank': 4, 'population.users': 2000 },
      { 'adapter.rank': 64, 'population.users': 200 },
      { 'adapter.rank': 64, 'population.users': 2000 },
    ]);
  });

  it('in shards, merged, is the same to the last byte', async () => {
    const args = ['sweep', 'tiny.yaml', ...AXES, '--replications', '2', '--out', 'parts', '-q'];
    const printed: Ran[] = [];
    for (const part of [1, 2, 3])
      printed.push(await mintHere([...args, '--shard', `${part}/3`, '--jobs', '1'], { cwd }));
    expect(printed.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(printed[2].stdout).toMatch(/mint-bench merge parts\/tiny-[0-9a-f]{10}\.shard-\*-of-3 --out parts\n$/);
    const shards = readdirSync(join(cwd, 'parts')).map((name) => join('parts', name));
    const gap = await mintHere(['merge', ...shards.slice(0, 2), '--out', 'parts'], { cwd });
    expect(gap.stderr).toMatch(/ run it with: mint-bench sweep .* --shard 3\/3 --out parts\n$/);
    expect([gap.code, gap.stderr]).toEqual([EXIT.usage, expect.stringContaining('shard 3/3 is missing')]);
    const { code } = await mintHere(['merge', ...shards.reverse(), '--out', 'parts', '-q'], { cwd });
    expect(code).toBe(0);
    same(folderIn('parts'), folderIn('whole'));
  });

  it('goes on after kill -9', async () => {
    const args = [join(ROOT, 'bin/mint-bench.js'), 'sweep', 'tiny.yaml', ...AXES, '--replications', '2'];
    mkdirSync(join(cwd, 'killed'));
    for (const points of [2, 4]) {
      const child = spawn(process.execPath, [...args, '--out', 'killed', '--jobs', '1'], { cwd, stdio: 'ignore' });
      const count = () => {
        const [name] = readdirSync(join(cwd, 'killed'));
        const folder = join(cwd, 'killed', name ?? '', 'points');
        return existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.arrow')).length : 0;
      };
      while (count() < points && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.once('exit', resolve));
      expect(existsSync(join(folderIn('killed'), 'sweep.arrow'))).toBe(false);
    }
    const { code, stderr } = await mintHere([...args.slice(1), '--out', 'killed'], { cwd });
    expect(code).toBe(0);
    expect(Number(/^(\d) of 8 points are taken/m.exec(stderr)?.[1])).toBeGreaterThanOrEqual(4);
    same(folderIn('killed'), folderIn('whole'));
  });

  it('says what is wrong with what was asked for', async () => {
    const usage = (...args: string[]) => mintHere(['sweep', 'tiny.yaml', '-q', ...args], { cwd });
    expect(await usage()).toMatchObject({ code: EXIT.usage, stderr: expect.stringContaining('has no axis to sweep') });
    // Replications are no axis, and nothing is simulated.
    for (const more of [
      ['--replications', '2'],
      ['--set', 'replications=2'],
    ])
      expect(await usage(...more, '--out', 'none')).toMatchObject({
        code: EXIT.usage,
        stdout: '',
        stderr: expect.stringContaining('tiny.yaml has no axis to sweep\n  for instance --set adapter.rank=8,64'),
      });
    expect(existsSync(join(cwd, 'none'))).toBe(false);
    expect(await usage(...AXES, '--axis', 'population.users=5k..20k')).toMatchObject({
      code: EXIT.usage,
      stderr: expect.stringMatching(/^error: --axis is what --until searches.*\n.*--set path=a,b,c sweeps a list\n$/),
    });
    expect((await usage('--set', 'serving.slots=8..64:8')).stderr).toContain(
      'hint: a sweep takes a list, --set serving.slots=a,b,c; a range is searched: mint-bench sweep --until slo --axis serving.slots=8..64:8\n',
    );
    for (const set of ['serving.slots=16,64', 'serving.tiers.gpu.eviction=lru,sieve'])
      expect((await mintHere(['run', 'tiny.yaml', '--set', set], { cwd })).stderr).toContain(
        `several values are an axis of mint-bench sweep: --set ${set}\n`,
      );
    expect((await usage(...AXES, '--shard', '4/3')).stderr).toContain('--shard 4/3: expected i/n');
    expect((await usage(...AXES, '--metrics', 'nothing')).stderr).toContain('there is no metric "nothing"');
    expect((await usage(...AXES, '--point', 'base=qwen3-4b')).stderr).toContain('--set cannot add an axis');
    expect((await usage(...AXES, '--executor', 'localhost')).stderr).toContain('is no address of a Redis server');
    const bad = await usage('--set', 'adapter.rank=8,-1');
    expect(bad.code).toBe(EXIT.scenario);
    expect(bad.stderr).toContain('adapter.rank=-1');
  });

  it('lists its points under --dry-run', async () => {
    const { stdout } = await mintHere(['sweep', 'tiny.yaml', ...AXES, '--dry-run', '--shard', '2/2'], { cwd });
    expect(stdout).toMatch(/: 4 settings × 1\n/);
    expect(stdout.match(/adapter\.rank=(4|64), population\.users=2k +mint$/gm)).toHaveLength(2);
  });
});

it('run says that it leaves out the sweep of a scenario', () => {
  writeFileSync(join(cwd, 'swept.yaml'), `${TINY}sweep: {adapter.rank: [4, 8]}\n`);
  const args = ['run', 'swept.yaml', '--no-figures', '--no-progress', '--out', 'runs'];
  const { stderr } = mint(args, { cwd });
  expect(stderr).toMatch(/warning: swept\.yaml has a sweep over adapter\.rank \(2 values\); this runs its base point/);
  expect(stderr).toMatch(/every point: mint-bench sweep swept\.yaml\n/);
});
