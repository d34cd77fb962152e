/** What goes wrong on real machines: killed processes, dead workers, full disks, files that are no scenarios. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { mint, mintHere, ROOT, temporaryFolder } from './cli.ts';

const SHORT = ['--set', 'duration=20s', '--set', 'warmup=2s', '--no-figures'];
const BIN = join(ROOT, 'bin', 'mint-bench.js');
const cwd = temporaryFolder();

const listing = (folder: string) => (existsSync(join(cwd, folder)) ? readdirSync(join(cwd, folder)) : []);

describe('a run that is killed', () => {
  it('leaves no result; the next one clears up and succeeds, and resume then takes it as it is', async () => {
    const child = spawn(process.execPath, [BIN, 'run', 'smoke', ...SHORT, '-q', '--out', 'killed'], { cwd });
    while (!listing('killed').some((name) => name.includes('.partial-'))) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(child.exitCode).toBeNull();
    }
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('exit', resolve));
    expect(listing('killed')).toEqual([`smoke-${listing('killed')[0].slice(6, 16)}.partial-${child.pid}`]);

    const again = mint(['run', 'smoke', ...SHORT, '-q', '--resume', '--out', 'killed'], { cwd });
    expect([again.code, again.stderr]).toEqual([0, '']);
    expect(listing('killed')).toEqual([expect.stringMatching(/^smoke-[0-9a-f]{10}$/)]);
    const manifest = readFileSync(join(cwd, 'killed', listing('killed')[0], 'manifest.json'), 'utf8');
    const resumed = await mintHere(['run', 'smoke', ...SHORT, '-q', '--resume', '--out', 'killed'], { cwd });
    expect(resumed).toEqual(again);
    expect(readFileSync(join(cwd, 'killed', listing('killed')[0], 'manifest.json'), 'utf8')).toBe(manifest);
  });

  it('names the point and its seed where a worker dies', () => {
    // Loaded into every thread; ends a worker in the middle of its simulation, as running out of memory would.
    const killer = join(cwd, 'killer.cjs');
    writeFileSync(
      killer,
      `const { isMainThread } = require('node:worker_threads');
      if (!isMainThread) {
        const load = Atomics.load;
        let calls = 0;
        Atomics.load = (...args) => (++calls === 20 && process.exit(7), load(...args));
      }`,
    );
    const { status, stderr, stdout } = spawnSync(
      process.execPath,
      ['--require', killer, BIN, 'run', 'smoke', ...SHORT, '--seed', 'night', '-q', '--out', 'dead'],
      { cwd, encoding: 'utf8', env: { PATH: process.env.PATH, NO_COLOR: '1' } },
    );
    expect(stderr).toMatch(/^error: A worker died while it simulated smoke with seed night: .*exited.*7/);
    expect(stderr).toContain('tried: simulating cell');
    expect([status, stdout, listing('dead')]).toEqual([EXIT.unavailable, '', []]);
  });
});

describe('results that cannot be written', () => {
  it('end the run with the path, the reason and what to do', () => {
    writeFileSync(join(cwd, 'file'), '');
    const { code, stdout, stderr } = mint(['run', 'smoke', ...SHORT, '-q', '--out', 'file/runs'], { cwd });
    expect([code, stdout]).toEqual([EXIT.unavailable, '']);
    expect(stderr).toMatch(
      /^error: The results could not be written to file\/runs\/smoke-[0-9a-f]{10}: .*not a directory/,
    );
    expect(stderr).toContain('Name a folder that can be written with --out.');
  });

  const root = process.platform === 'linux' && process.getuid?.() === 0;
  // Only a superuser may mount the disk that is full.
  it.skipIf(!root)('for want of space say so and leave nothing half-written', () => {
    const disk = join(cwd, 'disk');
    mkdirSync(disk);
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk]).status).toBe(0);
    try {
      const { code, stdout, stderr } = mint(['run', 'smoke', ...SHORT, '-q', '--out', 'disk'], { cwd });
      expect([code, stdout, listing('disk')]).toEqual([EXIT.unavailable, '', []]);
      expect(stderr).toContain('the disk is full.');
      expect(stderr).toContain('Free some space, or name a folder on another disk with --out.');
    } finally {
      spawnSync('umount', [disk]);
    }
  });
});

describe('a file that is no scenario', () => {
  const base = readFileSync(join(ROOT, 'scenarios', 'smoke.yaml'), 'utf8');
  const laughs = Array.from({ length: 9 }, (_, i) => {
    const inner = i === 0 ? 'lol' : `*l${i - 1}`;
    return `l${i}: &l${i} [${Array(9).fill(inner).join(', ')}]`;
  }).join('\n');
  const changed = (from: string | RegExp, to: string) => {
    expect(base).toMatch(from);
    return base.replace(from, to);
  };

  it.each([
    ['bytes', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]), 'MB-E002'],
    ['bytes that are not UTF-8', Buffer.from([0xff, 0xfe, 0x20, 0x80]), 'MB-E002'],
    ['nothing', '', 'MB-E007'],
    ['a cyclic alias', 'version: 1\npopulation: &p {users: 10, more: *p}\n', 'MB-E010'],
    ['a billion laughs', laughs, 'MB-E009'],
    ['brackets without end', '['.repeat(100_000), 'MB-E009'],
    ['a tag that is code', `${base}\nextra: !!js/function "function () { process.exit(0) }"\n`, 'MB-E011'],
    ['a prototype', `${base}\n__proto__: {polluted: true}\n`, 'MB-E013'],
    ['not a number', changed('rate: 40/s', 'rate: .nan'), 'MB-E105'],
    ['infinity', changed('duration: 10min', 'duration: .inf'), 'MB-E105'],
    ['a negative number', changed('users: 10_000', 'users: -10_000'), 'MB-E106'],
    ['a huge number', changed('users: 10_000', 'users: 1e12'), 'MB-E106'],
    ['a number beyond doubles', changed('users: 10_000', 'users: 1e999'), 'MB-E014'],
    ['a wrong unit', changed('warmup: 1min', 'warmup: 64GiB'), 'MB-E105'],
    ['a unit of bits for bytes', changed('capacity: 64GiB', 'capacity: 64Gbit'), 'MB-E105'],
    ['a name that leaves its folder', changed('name: smoke', 'name: ../../smoke'), 'MB-E108'],
    ['a name of control characters', changed('name: smoke', 'name: "\\e[2J\\r\\n"'), 'MB-E108'],
    ['a cohort of markup', changed('name: chat', 'name: "<script>alert(1)</script>"'), 'MB-E108'],
    ['a cohort of a prototype', changed('name: chat', 'name: __proto__'), 'MB-E108'],
    ['an empty cohort name', changed('name: chat', 'name: ""'), 'MB-E108'],
  ])('%s', async (name, content, id) => {
    const file = `${name.replaceAll(' ', '-')}.yaml`;
    writeFileSync(join(cwd, file), content);
    const { code, stdout, stderr } = await mintHere(['run', file, '--out', 'refused'], { cwd });
    expect(stderr).toContain(id);
    expect(code).toBe(EXIT.scenario);
    expect(stdout).toBe('');
    expect(stderr).not.toMatch(/\n\s+at |[^\n\P{Cc}]/u);
    expect(listing('refused')).toEqual([]);
    expect({}).not.toHaveProperty('polluted');
  });

  it.each([
    ['is not there', 'nowhere.csv', null],
    ['is a folder', '.', null],
    ['is not a trace', 'noise.csv', Buffer.from([0, 1, 2, 3, 255, 254])],
    ['is empty', 'empty.csv', ''],
    ['has a header and nothing else', 'head.csv', 'TIMESTAMP,ContextTokens,GeneratedTokens\n'],
    [
      'has lengths that are no numbers',
      'nan.csv',
      'TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:00:00.0,NaN,-5\n',
    ],
  ])('a trace that %s', async (_, file, content) => {
    if (content !== null) writeFileSync(join(cwd, file), content);
    const { code, stdout, stderr } = await mintHere(
      ['run', 'trace-replay', '--set', `population.arrivals.file=${file}`, '--out', 'untraced', '-q'],
      { cwd },
    );
    expect(stderr).toMatch(/error MB-E\d{3}/);
    expect(stderr).not.toContain('bug in mint-bench');
    expect([code, stdout, listing('untraced')]).toEqual([EXIT.scenario, '', []]);
  });

  it('whose own name is hostile is quoted, and runs', () => {
    const file = '$(touch pwned); "a b"\n<b>.yaml';
    writeFileSync(join(cwd, file), changed('name: smoke\n', ''));
    const { code, stdout } = mint(['run', `./${file}`, ...SHORT, '-q', '--out', 'hostile'], { cwd });
    expect(code).toBe(0);
    expect(listing('hostile')).toEqual([expect.stringMatching(/^[A-Za-z0-9._-]+$/)]);
    // The line that reproduces the run does so in a shell, and nothing else.
    const line = /^again: mint-bench ([\s\S]*?)\nreport: /m.exec(stdout)![1];
    const echoed = spawnSync('sh', ['-c', `printf '%s\\0' ${line}`], { cwd, encoding: 'utf8' });
    expect(echoed.stdout.split('\0')[1]).toBe(`./${file}`);
    expect(existsSync(join(cwd, 'pwned'))).toBe(false);
  });

  it('for ten reasons hears of all ten at once', async () => {
    const mistakes = [
      [/^description:.*$/m, 'descripton: twice misspelt'],
      ['duration: 10min', 'duration: 10parsecs'],
      ['warmup: 1min', 'warmup: -1s'],
      ['users: 10_000', 'users: 0.5'],
      ['law: zipf', 'law: zipff'],
      ['share: 90%', 'share: 190%'],
      ['base: qwen3-8b', 'base: qwen4-8b'],
      ['gpu: h100', 'gpu: h1000'],
      ['routing: adapter-affinity', 'routing: adapter-afinity'],
      ["slo_attainment: '>= 95%'", "slo_atainment: '>= 95%'"],
    ] as const;
    const text = mistakes.reduce((scenario, [from, to]) => {
      expect(scenario).toMatch(from);
      return scenario.replace(from, to);
    }, base);
    writeFileSync(join(cwd, 'ten.yaml'), text);
    const { code, stdout, stderr } = await mintHere(['run', 'ten.yaml', '--json', '--out', 'ten'], { cwd });
    expect(code).toBe(EXIT.scenario);
    expect(stderr.match(/^ten\.yaml:\d+:\d+: error MB-E\d{3}/gm)).toHaveLength(10);
    expect(stderr.trimEnd().endsWith('10 errors')).toBe(true);
    const { diagnostics } = (JSON.parse(stdout) as { error: { diagnostics: { line: number }[] } }).error;
    const lines = text.split('\n');
    const at = mistakes.map(([, to]) => lines.findIndex((line) => line.includes(to)) + 1);
    expect(diagnostics.map(({ line }) => line)).toEqual([...at].sort((a, b) => a - b));
    expect(listing('ten')).toEqual([]);
  });
});
