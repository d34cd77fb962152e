import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { metricName } from '../../src/report/figures/names.ts';
import { mint, mintHere, temporaryFolder } from './cli.ts';

const cwd = temporaryFolder();
const SHORT = ['--set', 'duration=20s', '--set', 'warmup=2s'];
const folderOf = (out: string, kind: string) =>
  join(cwd, out, readdirSync(join(cwd, out)).find((name) => name.startsWith(`${kind}-`)) as string);

describe('sweep --until', () => {
  const search = [
    ...['sweep', 'smoke', ...SHORT, '--until', 'ttft_ms_p99 < 300ms', '--axis', 'population.rate=40/s..1000/s'],
    ...['--coarse', '3', '--resolution', '60%'],
  ];

  it('brackets the knee, says what breaks, draws it; the same bytes for any number of workers', () => {
    const one = mint([...search, '--jobs', '1', '--out', 'one', '--no-progress'], { cwd });
    expect(one.stderr).toMatch(/^note: host memory begins with the most popular adapters [^\n]*\n$/);
    expect(one.code).toBe(EXIT.ok);
    expect(one.stdout).toMatch(/knee between [\d.]+\/s and [\d.]+\/s: it holds below and breaks above/);
    expect(one.stdout).toMatch(/beyond it: ttft_ms_p99 is .*, not < 300 ms/);
    expect(one.stdout).toMatch(/again: mint-bench sweep smoke .*--until 'ttft_ms_p99 < 300ms'/);
    const folder = folderOf('one', 'knee');
    const formats = ['csv', 'dark.svg', 'pdf', 'png', 'svg', 'vl.json'];
    const drawn = ['goodput-load', 'knee'].flatMap((figure) => formats.map((format) => `${figure}.${format}`));
    expect(readdirSync(join(folder, 'figures')).sort()).toEqual(drawn);
    const two = mint([...search, '--jobs', '2', '--out', 'two', '--no-figures', '-q'], { cwd });
    expect(two.stdout).toBe(one.stdout.replaceAll('one/', 'two/').replace('--out one\n', '--out two\n'));
    expect(readFileSync(join(folderOf('two', 'knee'), 'knee.json'))).toEqual(readFileSync(join(folder, 'knee.json')));
  });

  it('is reported and drawn again from its folder, to the same bytes', async () => {
    const folder = folderOf('one', 'knee');
    const files = ['report.html', 'summary.md', 'figures/knee.svg', 'figures/goodput-load.pdf'];
    const before = files.map((file) => readFileSync(join(folder, file)));
    expect(before[0].toString()).toContain('it holds below and breaks above');
    for (const file of files) writeFileSync(join(folder, file), 'torn');
    const again = await mintHere(['report', folder], { cwd });
    expect(again).toMatchObject({ code: EXIT.ok, stdout: `${join(folder, 'report.html')}\n` });
    expect(files.map((file) => readFileSync(join(folder, file)))).toEqual(before);
    const paper = await mintHere(['figure', 'all', folder, '--format', 'pdf', '--out', 'paper'], { cwd });
    expect(paper.stdout).toBe('paper/goodput-load.pdf\npaper/knee.pdf\n');
    const other = await mintHere(['figure', 'tornado', folder, '--out', 'paper'], { cwd });
    expect(other.code).toBe(EXIT.usage);
    expect(other.stderr).toMatch(/its figures: knee, goodput-load/);
  });

  it('is a table, a row a value, and has the sources of its points', async () => {
    const folder = folderOf('one', 'knee');
    const { settings, axis } = JSON.parse(readFileSync(join(folder, 'knee.json'), 'utf8'));
    const { code, stdout } = await mintHere(['table', folder, '--format', 'csv'], { cwd });
    expect(code).toBe(0);
    const [header, ...rows] = stdout.trimEnd().split('\r\n');
    expect(header).toBe(`${axis.path},holds,ttft_ms_p99,ttft_ms_p99_lo,ttft_ms_p99_hi`);
    expect(rows.map((row) => row.split(',')[0])).toEqual(settings[0].points.map(({ text }: { text: string }) => text));
    expect(rows.map((row) => Number(row.split(',')[2]))).toEqual(
      settings[0].points.map(
        ({ metrics }: { metrics: { ttft_ms_p99: { value: number } } }) => metrics.ttft_ms_p99.value,
      ),
    );
    expect((await mintHere(['cite', folder], { cwd })).stdout).toMatch(/^@\w+\{mint-2026,/m);
  });

  it('takes what is there, and says so', async () => {
    const again = await mintHere([...search, '--out', 'one', '--no-figures', '--json', '--no-progress'], { cwd });
    expect(again.stderr).toMatch(/\d+ points were taken from one\/knee-smoke/);
    expect(JSON.parse(again.stdout)).toMatchObject({
      kind: 'knee',
      provenance: 'simulated',
      settings: [{ verdict: 'knee' }],
    });
  });

  it('asks for what it needs', async () => {
    const without = await mintHere(['sweep', 'smoke', '--until', 'slo'], { cwd });
    expect(without.code).toBe(EXIT.usage);
    expect(without.stderr).toMatch(/--axis/);
    const unknown = await mintHere(
      ['sweep', 'smoke', '--until', 'tfft_ms < 2s', '--axis', 'population.rate=1/s..9/s'],
      { cwd },
    );
    expect(unknown.code).toBe(EXIT.scenario);
    for (const [option, value] of [['--shard', '1/2'], ['--executor', 'redis://127.0.0.1:1'], ['--dry-run']]) {
      const search = ['sweep', 'smoke', '--until', 'slo', '--axis', 'population.rate=1/s..9/s'];
      const refused = await mintHere([...search, option, ...(value === undefined ? [] : [value])], { cwd });
      expect([refused.code, refused.stderr]).toEqual([
        EXIT.usage,
        expect.stringContaining(`${option} does not go with --until`),
      ]);
    }
    const axis = await mintHere(['sweep', 'smoke', '--until', 'slo', '--axis', 'population.rate=9/s..1/s'], { cwd });
    expect(axis.code).toBe(EXIT.scenario);
    expect(axis.stderr).toMatch(/not above its start/);
  });
});

describe('plan', () => {
  const asked = [
    'plan',
    'smoke',
    ...SHORT,
    '--jobs',
    '1',
    '--set',
    'population.rate=120/s',
    '--meet',
    'ttft_ms_p99 < 300ms',
  ];

  it('names the cheapest, what binds it, and a line that checks it', async () => {
    const { code, stdout } = mint([...asked, '--axis', 'hardware.replicas=2..12', '--out', 'plans', '-q'], { cwd });
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/^smoke {2}cheapest of 6 configurations for ttft_ms_p99 < 300 ms\n/);
    expect(stdout).toMatch(/\nbinds {3}hardware\.replicas=\d+ \(\$[\d.]+\/h\) fails: ttft_ms_p99 is .*\n {8}short of /);
    const check = /\ncheck: mint-bench (.*)\n/.exec(stdout)?.[1] ?? '';
    const words = [...check.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain);
    const run = mint([...words, '--no-figures', '--json', '-q', '--out', 'checks'], { cwd });
    expect(run.code).toBe(EXIT.ok);
    const { answer, configurations } = JSON.parse(readFileSync(join(folderOf('plans', 'plan'), 'plan.json'), 'utf8'));
    const chosen = configurations.find((one: { price: number }) => one.price === answer.price);
    // The line gives exactly what the plan says.
    expect(JSON.parse(run.stdout).metrics.ttft_ms_p99.value).toBe(chosen.metrics.ttft_ms_p99.value);
    expect(readFileSync(join(folderOf('plans', 'plan'), 'report.html'), 'utf8')).toContain(
      'What do cheaper configurations miss?',
    );
    const folder = folderOf('plans', 'plan');
    const listed = await mintHere(['table', folder, '--json'], { cwd });
    const { keys, rows } = JSON.parse(listed.stdout) as { keys: string[]; rows: { label: string[] }[] };
    expect(keys.slice(-2)).toEqual(['price', 'thresholds']);
    const simulated = configurations.filter(({ metrics }: { metrics: object }) => Object.keys(metrics).length > 0);
    expect(rows.map(({ label }) => label.at(-1))).toEqual(simulated.map(({ verdict }: { verdict: string }) => verdict));
    expect((await mintHere(['cite', folder], { cwd })).stdout).toMatch(/^@\w+\{mint-2026,/m);
    expect((await mintHere(['report', folder], { cwd })).code).toBe(EXIT.ok);
    expect(readFileSync(join(folder, 'summary.md'), 'utf8')).toContain('cheapest of 6 configurations');
  });

  it('exits with 10 where nothing does; a log has one line a run, with its number and what it took', async () => {
    const { code, stdout, stderr } = await mintHere([...asked, '--axis', 'hardware.replicas=2', '--out', 'none'], {
      cwd,
    });
    expect(code).toBe(EXIT.threshold);
    expect(stdout).toMatch(/no configuration of these axes meets the thresholds/);
    const lines = stderr.split('\n').filter((line) => line.startsWith('run '));
    expect(lines.length).toBeGreaterThan(0);
    for (const [at, line] of lines.entries())
      expect(line).toMatch(
        new RegExp(`^run ${at + 1}: hardware\\.replicas=2: [\\d.]+ m?s, [\\d.]+ [mµ]s a request, peak [\\d.]+ [MG]iB$`),
      );
  });

  it('refuses a part that is not whole cells', async () => {
    const { code, stderr } = await mintHere([...asked, '--axis', 'hardware.replicas=2..12', '--scale', '3', '-q'], {
      cwd,
    });
    expect(code).toBe(EXIT.scenario);
    expect(stderr).toMatch(/--scale 3.*Use 2\./s);
  });
});

describe('explain-run', () => {
  it('explains a finished run from its folder: tornado, what dominates, the verdict', async () => {
    expect((await mintHere(['run', 'smoke', ...SHORT, '--no-figures', '-q', '--out', 'runs'], { cwd })).code).toBe(
      EXIT.ok,
    );
    const run = join('runs', readdirSync(join(cwd, 'runs'))[0]);
    const only = [
      '--only',
      'memory_efficiency,rate',
      '--metric',
      'ttft_ms_p99,tpot_ms_p99',
      '--draws',
      '4',
      '--jobs',
      '1',
    ];
    const { code, stdout } = await mintHere(['explain-run', run, ...only, '--out', 'explained', '-q'], { cwd });
    expect(code).toBe(EXIT.ok);
    expect(stdout).toMatch(/\n {2}request rate +×0\.8 +×1 +×1\.25 /);
    expect(stdout).toMatch(/rests on/);
    expect(stdout).toMatch(/robust: the scenario\s+meets its\s+thresholds/);
    expect(stdout).toMatch(/all together, 4 joint draws from the ranges: /);
    const folder = folderOf('explained', 'sensitivity');
    expect((await mintHere(['cite', folder], { cwd })).stdout).toMatch(/^@\w+\{mint-2026,/m);
    const table = await mintHere(['table', folder], { cwd });
    expect([table.code, table.stderr]).toEqual([
      EXIT.usage,
      expect.stringMatching(
        /holds effects of changes.*\n {2}its tables are in .*summary\.md, its numbers in .*sensitivity\.json\n$/,
      ),
    ]);
    expect(existsSync(join(folder, 'figures', 'tornado.png'))).toBe(true);
    // Text and figure round the same value the same way, in every panel.
    const drawn = readFileSync(join(folder, 'figures', 'tornado.svg'), 'utf8');
    const said = [...stdout.matchAll(/^(\w+) is (.+) as the scenario stands$/gm)];
    expect(said.map(([, metric]) => metric)).toEqual(['ttft_ms_p99', 'tpot_ms_p99']);
    for (const [, metric, value] of said)
      expect(drawn).toContain(`${metricName(metric)}: ${value} as the scenario stands`);
  });

  it('lists what is uncertain, with sources', async () => {
    const { stdout } = await mintHere(['explain-run', 'smoke', '--list', '--json'], { cwd });
    const keys = JSON.parse(stdout).map(({ key }: { key: string }) => key);
    expect(keys).toEqual(expect.arrayContaining(['memory_efficiency', 'rate', 'popularity.exponent']));
    expect((await mintHere(['explain-run', 'smoke', '--only', 'luck'], { cwd })).code).toBe(EXIT.usage);
  });
});
