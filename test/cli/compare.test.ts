import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import type { FirstEvent } from '../../src/study/compare/first-event.ts';
import { tableOf } from '../../src/study/compare/stored-run.ts';
import { mint, mintHere, ROOT, temporaryFolder } from './cli.ts';

const SHORT = ['--set', 'duration=60s', '--set', 'warmup=5s', '--no-figures', '-q'];
const cwd = temporaryFolder();
const folderIn = (out: string, at = 0) => join(out, readdirSync(join(cwd, out)).sort()[at]);
const simulate = async (out: string, ...more: string[]) => {
  const ran = await mintHere(['run', 'smoke', ...SHORT, '--out', out, ...more], { cwd });
  expect([ran.code, ran.stderr]).toEqual([0, '']);
};
const compare = (...args: string[]) => mintHere(['compare', ...args], { cwd });
interface Json {
  verdict: string;
  exit_code: number;
  method: string;
  notes: string[];
  lines: { name: string; verdict: string; change: number; lo: number; hi: number; n: number }[];
  exact: null | { equal: boolean; metricsChanged: number };
  divergence: null | {
    events: null | { cell: number; same: number; from_s: number; to_s: number };
    first: null | FirstEvent | { unnamed: string };
    request: null | { arrival_s: number };
  };
}
const json = async (...args: string[]) => JSON.parse((await compare(...args, '--json', '-q')).stdout) as Json;

beforeAll(async () => {
  await simulate('one');
  expect((await mintHere(['baseline', 'save', folderIn('one'), 'smoke'], { cwd })).code).toBe(0);
});

describe('baseline', () => {
  it('keeps what a comparison needs and nothing of the machine', async () => {
    const folder = join(cwd, 'reports', 'baselines', 'smoke');
    expect(readdirSync(folder).sort()).toEqual([
      'digests.json',
      'events.arrow',
      'manifest.json',
      'scenario.resolved.yaml',
      'summary.arrow',
      'summary.json',
    ]);
    expect(Object.keys(JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'))).sort()).toEqual([
      'command',
      'identity',
      'status',
      'tool',
    ]);
    const listed = await mintHere(['baseline', 'list'], { cwd });
    expect(listed.stdout).toMatch(/^smoke +1 +[0-9a-f]{10} +Node \d+ \w+ +mint-bench run smoke --set duration=60s/m);
  });

  it('says that it replaces one of that name, and nothing where there is none', async () => {
    const save = (...more: string[]) => mintHere(['baseline', 'save', folderIn('one'), 'again', ...more], { cwd });
    expect(await save()).toMatchObject({ code: 0, stderr: '' });
    const refused = await save();
    expect(refused.code).toBe(EXIT.usage);
    expect(refused.stderr).toMatch(
      /the baseline again is there already: smoke, 1 run, hash [0-9a-f]{10}, made with mint-bench run .*--force/s,
    );
    expect(await save('--force')).toMatchObject({
      code: 0,
      stderr: 'note: this replaced the baseline again that was there\n',
    });
    rmSync(join(cwd, 'reports', 'baselines', 'again'), { recursive: true });
  });

  it('is not what a shipped name means where there is none, which is said', async () => {
    const short = ['--both', 'duration=2s', '--both', 'warmup=0s', '--replications', '1', '--jobs', '1'];
    const { stderr } = await compare('s-lora-a10g', '--set', 'serving.slots=4', ...short);
    expect(stderr).toMatch(
      /^note: s-lora-a10g is taken as the shipped scenario \S+s-lora-a10g\.yaml: there is no baseline reports\/baselines\/s-lora-a10g here$/m,
    );
  });

  it('says what is wrong with a name or a run', async () => {
    expect(await mintHere(['baseline', 'save', folderIn('one'), '../x'], { cwd })).toMatchObject({
      code: EXIT.usage,
      stdout: '',
    });
    expect((await mintHere(['baseline', 'save', 'nowhere', 'x'], { cwd })).stderr).toMatch(/nowhere is no run folder/);
    expect(existsSync(join(cwd, 'reports', 'x'))).toBe(false);
  });
});

/** The scenario; its name alone is the baseline's. */
const SMOKE = join(ROOT, 'scenarios', 'smoke.yaml');

describe('compare of two scenarios', () => {
  it('takes --both to both sides, says what they do in a sentence, and warns where they run for other times', async () => {
    const short = ['--both', 'duration=60s', '--both', 'warmup=5s', '--replications', '2', '--jobs', '1', '-q'];
    const { code, stdout, stderr } = await compare(SMOKE, 'interference-neighbour', ...short, '--json');
    expect([stderr, code === EXIT.ok || code === EXIT.regression]).toEqual(['', true]);
    const found = JSON.parse(stdout) as Json & { differences: { path: string }[] };
    expect(found.differences.map(({ path }) => path)).not.toContain('duration');
    expect(found.notes.join()).not.toMatch(/same time/);
    const text = await compare(
      SMOKE,
      ...short,
      '--set',
      'duration=90s',
      '--metrics',
      'ttft_ms_p50,rejections,slo_attainment',
    );
    expect(text.stdout.replace(/\s+/g, ' ')).toMatch(
      /With 1.5 min simulated instead of 1 min: .*note: the sides do not run for the same time, 60 s and 90 s: .*--both duration=/,
    );
    expect(text.stdout).toMatch(/rejections +0 +0 +not comparable/);
    expect(text.stdout).toMatch(/rejections +adds up over runs of other durations/);
  });

  it('refuses --both for what is finished', async () => {
    const { code, stderr } = await compare('smoke', folderIn('one'), '--both', 'duration=60s');
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(/--both changes scenarios, and smoke is finished/);
  });
});

describe('compare of one scenario and seed', () => {
  it('passes what is equal to the last bit', async () => {
    const { code, stdout, stderr } = await compare('smoke', folderIn('one'), '--strict');
    expect(code).toBe(EXIT.ok);
    // A baseline and a shipped scenario have that name.
    expect(stderr).toMatch(
      /^note: smoke is taken as reports\/baselines\/smoke; the shipped scenario of that name is \S*scenarios\/smoke\.yaml\n$/,
    );
    expect(stdout).toMatch(/^equal: Equal to the last bit: metrics, tables and events\.\n/);
    expect(await json('smoke', folderIn('one'))).toMatchObject({
      verdict: 'equal',
      method: 'exact',
      exact: { equal: true },
    });
  });

  it('sees one changed number in a table that no metric shows, and is strict about it on request', async () => {
    cpSync(join(cwd, folderIn('one')), join(cwd, 'touched'), { recursive: true });
    const digests = join(cwd, 'reports', 'baselines', 'smoke', 'digests.json');
    const kept = JSON.parse(readFileSync(digests, 'utf8')) as Record<string, Record<string, string>>;
    kept.users.requests = '0000000000000000';
    writeFileSync(join(cwd, 'touched', 'digests.json'), JSON.stringify(kept));
    expect((await compare('smoke', 'touched')).code).toBe(EXIT.ok);
    const { code, stdout } = await compare('smoke', 'touched', '--strict');
    expect(code).toBe(EXIT.inconclusive);
    expect(stdout).toMatch(/^changed: /);
    expect(stdout).toMatch(/in the tables users \(1 column\)/);
  });

  it('catches a policy that was made slower: what got worse, where the events part, how to accept it', async () => {
    // A checkout of its own in which from 20 s on no adapter has a home: the code differs, the scenario does not.
    const checkout = join(cwd, 'checkout');
    mkdirSync(checkout);
    for (const part of ['src', 'bin', 'bench', 'scenarios', 'scripts', 'package.json', 'tsconfig.json'])
      cpSync(join(ROOT, part), join(checkout, part), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
    const policy = join(checkout, 'src', 'sim', 'routing', 'adapter-affinity.ts');
    const source = readFileSync(policy, 'utf8');
    const slower = source
      .replace('route(adapter: number): number', 'route(adapter: number, _cohort: number, nowNs: number): number')
      .replace('if (adapter < 0) return', 'if (adapter < 0 || nowNs >= 20e9) return');
    expect(slower).toMatch(/nowNs: number[\s\S]*nowNs >= 20e9/);
    writeFileSync(policy, slower);
    const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: checkout, encoding: 'utf8' });
    expect([built.status, built.stderr]).toEqual([0, '']);
    const ran = spawnSync(
      process.execPath,
      [join(checkout, 'bin', 'mint-bench.js'), 'run', 'smoke', ...SHORT, '--out', 'after'],
      { cwd, encoding: 'utf8' },
    );
    expect(ran.status).toBe(0);
    const found = await json('smoke', folderIn('after'));
    expect(found).toMatchObject({ verdict: 'regressed', exit_code: EXIT.regression, method: 'exact' });
    const events = found.divergence!.events!;
    expect(events.same).toBeGreaterThan(0);
    // Marks lie closer than half a second: the stretch is the one in which the code began to differ, or soon after.
    expect(events.to_s).toBeGreaterThan(20);
    expect(events.from_s).toBeLessThan(21);
    expect(events.to_s - events.from_s).toBeLessThan(0.5);
    const stored = (await json(folderIn('one'), folderIn('after'))).divergence!;
    expect(stored.events).toEqual(events);
    // A request that arrived a little before 20 s and was still running then may be the first to go differently.
    expect(stored.request!.arrival_s).toBeGreaterThan(10);
    expect(stored.request!.arrival_s).toBeLessThan(22);
    // The checkout that made the other side replays it: the first arrival from 20 s on that found another replica.
    const named = (await json('smoke', folderIn('after'), '--new-code', checkout)).divergence!.first as FirstEvent;
    const [was, is] = [named.base!, named.new!];
    expect([was.kind, is.kind, is.ns]).toEqual(['arrival', 'arrival', was.ns]);
    expect(is.effects).not.toEqual(was.effects);
    const arrivals = ['one', 'after'].map((out) => {
      const { columns, length } = tableOf(join(cwd, folderIn(out)), 'requests')!;
      const { cell, user, arrival_s, replica } = columns as Record<string, ArrayLike<number>>;
      const rows = Array.from({ length }, (_, row) => row).filter((row) => cell[row] === named.cell);
      return new Map(rows.map((row) => [arrival_s[row], { user: user[row], replica: replica[row] }]));
    });
    const moved = [...arrivals[0]].filter(([at, { replica }]) => (arrivals[1].get(at)?.replica ?? replica) !== replica);
    const earliest = Math.min(...moved.map(([at]) => at));
    expect(earliest).toBeGreaterThanOrEqual(20 - 0.1);
    // Later turns of a session come at other times once one turn did: only what both runs have is compared.
    expect(was.effects.find((effect) => 'user' in effect)!.user).toBe(arrivals[0].get(earliest)!.user);
    expect(was.ns / 1e9 - earliest).toBeLessThan(0.1);
    const text = await compare('smoke', folderIn('after'), '--markdown');
    expect(text.code).toBe(EXIT.regression);
    expect(text.stdout).toMatch(/^## ❌ regressed: smoke → after\//);
    expect(text.stdout).toMatch(/the first event that differs: in cell \d, after [\d,]+ equal events, between/);
    expect(text.stdout).toMatch(
      /cannot be said: another build made the new side; name its checkout or git revision with --new-code/,
    );
    const whole = (await compare('smoke', folderIn('after'), '--new-code', checkout)).stdout;
    expect(whole).toMatch(
      /goes differently: in cell \d, after [\d,]+ equal events: the arrival of user \d+ at 2\d\.\d{9} s\n +base: .+\n +new: +.+\n/,
    );
    expect((await compare('smoke', folderIn('after'), '--new-code', ROOT)).stdout).toContain(
      `${ROOT} is not the code that made`,
    );
    expect(text.stdout).toContain(`mint-bench baseline save ${folderIn('after')} smoke --force`);
  });
});

describe('compare of different systems', () => {
  it('answers what-if as a sentence with intervals, paired by seed', async () => {
    const metrics = ['--metrics', 'ttft_ms_p99,cost_usd_per_user_month'];
    const short = temporaryScenario(join(ROOT, 'scenarios', 'smoke.yaml'));
    const { code, stdout, stderr } = await compare(
      short,
      '--set',
      'serving.slots=16',
      '--replications',
      '6',
      '--jobs',
      '1',
      ...metrics,
      '-q',
    );
    expect(stderr).toBe('');
    expect(stdout.replaceAll(/\s+/g, ' ')).toMatch(
      /With 16 slots instead of 64.*: p99 TTFT rises from [\d.]+ ms to [\d.]+ ms \(\+[\d.]+% ± [\d.]+%\) and the cost of a user and month stays \$0\.877\./,
    );
    expect(code).toBe(EXIT.regression);
  });

  it('says that one run a side decides little', async () => {
    await simulate('slots', '--set', 'serving.slots=24');
    const { verdict, notes, lines } = await json(
      folderIn('one'),
      folderIn('slots'),
      '--metrics',
      'ttft_ms_p99,hit_ratio_gpu',
    );
    expect(notes.join()).toMatch(/1 pair of runs: too few/);
    expect(lines.map(({ name, verdict: word }) => [name, word])).toContainEqual(['hit_ratio_gpu', 'undecided']);
    expect(verdict).toBe('undecided');
  });

  it('simulates as many replications as the scenario asks for, unless the command line does', async () => {
    const tiny = readFileSync(join(ROOT, 'scenarios', 'smoke.yaml'), 'utf8').replace(
      /^duration: .*\nwarmup: .*$/m,
      'duration: 5s\nwarmup: 0s\nreplications: 2',
    );
    writeFileSync(join(cwd, 'own.yaml'), tiny);
    const of = async (...more: string[]) =>
      (await json('own.yaml', '--set', 'serving.slots=8', '--jobs', '1', ...more)) as Json & { base: { kind: string } };
    expect((await of()).base.kind).toBe('scenario, 2 replications');
    expect((await of('--replications', '1')).base.kind).toBe('scenario');
  });

  it('calls throughput no better and no worse under another load, unless it is the system that asks for less', async () => {
    const metrics = ['--metrics', 'output_tps,arrivals', '--replications', '3', '--jobs', '1'];
    const half = await json('own.yaml', '--set', 'population.rate=20/s', ...metrics);
    expect(half.notes.join()).toMatch(/the sides are asked for 40 and 20 requests\/s/);
    expect(half.lines[0]).toMatchObject({ name: 'output_tps', verdict: 'changed' });
    // Turns come when the answer before them does: fewer come to one slot.
    const turns = ['--both', 'population.cohorts[0].sessions={turns: 8, think_time: 10ms}', '--both', 'duration=20s'];
    const slow = await json('own.yaml', ...turns, '--set', 'serving.slots=1', ...metrics);
    expect(slow.lines[1].change).toBeLessThan(-0.3);
    expect(slow.notes.join()).not.toMatch(/are asked for/);
    expect(slow.lines[0]).toMatchObject({ name: 'output_tps', verdict: 'regressed' });
  });

  it('notes that the sides were made by different versions', async () => {
    cpSync(join(cwd, 'one'), join(cwd, 'older'), { recursive: true });
    const file = join(cwd, folderIn('older'), 'manifest.json');
    const manifest = JSON.parse(readFileSync(file, 'utf8'));
    const { version } = manifest.tool;
    writeFileSync(file, JSON.stringify({ ...manifest, tool: { ...manifest.tool, version: '0.0.1' } }));
    expect((await json(folderIn('older'), folderIn('one'))).notes).toContain(
      `the base was made by mint-bench 0.0.1, the new side by ${version}: what differs may come from the program`,
    );
    expect((await json(folderIn('one'), folderIn('one'))).notes).toEqual([]);
  });

  it('pairs replications by seed, whatever their order and number, and refuses strangers', async () => {
    await simulate('three', '--replications', '3');
    mkdirSync(join(cwd, 'two'));
    for (const at of [0, 2])
      cpSync(join(cwd, folderIn('three', at)), join(cwd, 'two', String(at)), { recursive: true });
    const found = await json('three', 'two');
    expect(found).toMatchObject({ verdict: 'equal', method: 'exact' });
    expect(found.lines[0].n).toBe(2);
    expect(found.notes.join()).toMatch(/1 run has no partner/);
    await simulate('stranger', '--seed', 'stranger');
    expect(await json('two', folderIn('stranger'))).toMatchObject({ verdict: 'not comparable', lines: [] });
    rmSync(join(cwd, 'mixed'), { recursive: true, force: true });
    cpSync(join(cwd, 'two'), join(cwd, 'mixed'), { recursive: true });
    cpSync(join(cwd, folderIn('slots')), join(cwd, 'mixed', 'slots'), { recursive: true });
    expect(await compare('mixed', 'two')).toMatchObject({ code: EXIT.usage });
  });
});

describe('compare as a command', () => {
  it.each([
    [['compare', 'smoke'], /compare needs two sides/],
    [['compare', 'smoke', 'nowhere'], /nowhere is no run folder, baseline, kernel run or scenario/],
    [['compare', 'smoke', 'smoke', '--margin', 'much'], /--margin much: expected a share/],
    [['compare', 'smoke', 'smoke', '--metrics', 'latency'], /there is no metric "latency"/],
    [['compare', 'smoke', 'smoke', '--set', 'serving.slots=8'], /--set changes a scenario/],
    [['compare', '--bench', 'no-such-revision', '.'], /neither a folder with a checkout nor a revision/],
  ])('%j is a usage error', async (args, message) => {
    const { code, stdout, stderr } = await mintHere(args, { cwd });
    expect([code, stdout]).toEqual([EXIT.usage, '']);
    expect(stderr).toMatch(message);
  });

  it('names sides, and appends Markdown to a file', async () => {
    const file = join(cwd, 'summary.md');
    writeFileSync(file, 'before\n');
    const { code, stdout } = await compare('smoke', `mine=${folderIn('one')}`, '--summary', 'summary.md');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ {2}new {3}mine +run$/m);
    expect(readFileSync(file, 'utf8')).toMatch(/^before\n## ✅ equal: smoke → mine\n/);
  });
});

/** The shipped scenario, a minute long. */
function temporaryScenario(path: string): string {
  const text = readFileSync(path, 'utf8')
    .replace('duration: 10min', 'duration: 60s')
    .replace('warmup: 1min', 'warmup: 5s');
  const file = join(cwd, 'short.yaml');
  writeFileSync(file, text);
  return file;
}

describe('sweeps as sides', () => {
  const swept = (out: string, ...more: string[]) => {
    const axes = ['--set', 'serving.tiers.gpu.eviction=lru,sieve', '--set', 'adapter.rank=8,32'];
    const sets = ['--set', 'duration=30s', '--set', 'warmup=5s', '--no-figures', '-q'];
    const ran = mint(
      ['sweep', 'smoke', ...axes, ...sets, '--out', out, '--replications', '2', '--jobs', '1', ...more],
      { cwd },
    );
    expect([ran.code, ran.stderr]).toEqual([0, '']);
    return folderIn(out);
  };

  it('are paired setting by setting and seed by seed', async () => {
    const study = swept('swept');
    const all = await json(study, study);
    expect(all).toMatchObject({ verdict: 'equal', method: 'exact', exact: { equal: true, whole: false } });
    expect((await compare(study, study)).stdout).toMatch(/^equal: Equal to the last bit: every metric\.\n/);
    const eviction = 'serving.tiers.gpu.eviction';
    const two = await json(`lru=${study}@${eviction}=lru`, `sieve=${study}@${eviction}=sieve`);
    expect(two.method).toBe('paired');
    const lines = two.lines as (Json['lines'][number] & { setting: string; base: number; new: number })[];
    expect([...new Set(lines.map(({ setting }) => setting))]).toEqual(['adapter.rank=8', 'adapter.rank=32']);
    expect(lines.every(({ n }) => n === 2)).toBe(true);
    // The same means as the sweep gives itself.
    const summary = JSON.parse(readFileSync(join(cwd, study, 'summary.json'), 'utf8')) as {
      settings: { values: Record<string, unknown>; metrics: Record<string, { value: number }> }[];
    };
    for (const rank of [8, 32]) {
      const line = lines.find(({ name, setting }) => name === 'ttft_ms_p50' && setting === `adapter.rank=${rank}`)!;
      const mean = (policy: string) =>
        summary.settings.find(({ values }) => values[eviction] === policy && values['adapter.rank'] === rank)!.metrics
          .ttft_ms_p50.value;
      expect([line.base, line.new]).toEqual([mean('lru'), mean('sieve')]);
    }
    const one = await json(`${study}@${eviction}=lru,adapter.rank=8`, `${study}@${eviction}=sieve,adapter.rank=8`);
    expect(one.lines[0]).not.toHaveProperty('setting');
    expect(one.lines[0].n).toBe(2);
  });

  it('say what a setting must name, and cannot become a baseline', async () => {
    const study = folderIn('swept');
    const error = async (...args: string[]) => {
      const { code, stderr } = await compare(...args);
      expect(code).toBe(EXIT.usage);
      return stderr;
    };
    expect(await error(`${study}@rank=8`, study)).toContain(
      'has no axis rank; its axes are serving.tiers.gpu.eviction, adapter.rank',
    );
    expect(await error(`${study}@adapter.rank=9`, study)).toContain('has no setting with adapter.rank=9, only 8, 32');
    expect(await error(study, 'one')).toContain('holds 4 settings, one is one');
    expect(await error(`one@adapter.rank=8`, study)).toContain('one is no folder of a sweep');
    const saved = await mintHere(['baseline', 'save', `${study}@serving.tiers.gpu.eviction=lru,adapter.rank=8`, 'x'], {
      cwd,
    });
    expect(saved.code).toBe(EXIT.usage);
    expect(saved.stderr).toContain('is a sweep, which keeps metrics only');
  });
});
