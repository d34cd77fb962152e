/** action.yml as a runner plays it, and the baseline that is shipped. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { mint, ROOT, temporaryFolder } from './cli.ts';

interface Played {
  code: number;
  summary: string;
  outputs: { verdict: string; run: string };
  steps: { name: string; code: number; log: string }[];
}

/** A repository of someone who uses the action: a scenario of a minute, and its baseline. */
function repository(): string {
  const folder = temporaryFolder();
  const text = readFileSync(join(ROOT, 'scenarios', 'smoke.yaml'), 'utf8');
  writeFileSync(
    join(folder, 'short.yaml'),
    text.replace('duration: 10min', 'duration: 60s').replace('warmup: 1min', 'warmup: 5s'),
  );
  expect(mint(['run', 'short.yaml', '--no-figures', '-q', '--out', 'runs'], { cwd: folder }).code).toBe(0);
  const run = join('runs', readdirSync(join(folder, 'runs'))[0]);
  expect(mint(['baseline', 'save', run, 'short'], { cwd: folder }).code).toBe(0);
  return folder;
}

function play(workspace: string, ...inputs: string[]): Played {
  const args = [join(ROOT, 'scripts', 'try-action.mjs'), '--json', '--workspace', workspace];
  const { stdout, stderr } = spawnSync(process.execPath, [...args, ...inputs.flatMap((input) => ['--input', input])], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as Played;
}

it.each([
  [['--help'], 0, /^Runs action\.yml .*--workspace .*\n {2}scenario +Scenario file .* Required\./s],
  [[], EXIT.usage, /^error: the input scenario is required: --input scenario=…\n/],
  [['--input', 'scenario=smoke', '--input', 'foo=1'], EXIT.usage, /^error: the action takes no input foo; it takes sc/],
  [['--input', 'scenario'], EXIT.usage, /^error: --input scenario: expected name=value\n/],
  [['--inputs', 'scenario=smoke'], EXIT.usage, /^error: Unknown option '--inputs'/],
  [
    ['--input', 'scenario=mine.yaml'],
    EXIT.usage,
    /^error: the scenario mine\.yaml is a file.*--workspace \. for here\n/,
  ],
])('try-action %j says how it is used', (args, code, said) => {
  const script = join(ROOT, 'scripts', 'try-action.mjs');
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect([status, stdout + stderr]).toEqual([code, expect.stringMatching(said)]);
  expect(stderr).not.toContain('    at ');
});

describe('the action', () => {
  const workspace = repository();

  it('passes a run that equals its baseline, says so in the step summary, and notes it', () => {
    const played = play(workspace, 'scenario=short.yaml', 'baseline=short', 'strict=true', 'history=history.jsonl');
    expect([played.code, played.steps.map(({ code }) => code)]).toEqual([0, [0, 0, 0]]);
    expect(played.outputs.verdict).toBe('equal');
    expect(played.outputs.run).toMatch(/smoke-[0-9a-f]{10}$/);
    expect(played.summary).toMatch(/^## ✅ equal: short → this run\n/);
    expect(played.summary).toMatch(/\n# ✅ smoke\n/);
    const line = JSON.parse(readFileSync(join(workspace, 'history.jsonl'), 'utf8')) as Record<string, unknown>;
    expect(line).toMatchObject({ scenario: 'smoke', passed: true, commit: '0123456789abcdef0123456789abcdef01234567' });
    const page = mint(['dashboard', 'history.jsonl', '--out', 'page.html'], { cwd: workspace });
    expect([page.code, page.stdout]).toEqual([0, 'page.html: 1 run of 1 system\n']);
    expect(readFileSync(join(workspace, 'page.html'), 'utf8')).toMatch(/<td[\s\S]*0123456789/);
  });

  it('fails with what got worse, and takes overrides as data', () => {
    const played = play(
      workspace,
      'scenario=short.yaml',
      'baseline=short',
      'set=serving.slots=8\ndescription=$(touch pwned) `touch pwned`; touch pwned',
    );
    expect([played.code, played.outputs.verdict]).toEqual([EXIT.regression, 'regressed']);
    expect(played.summary).toMatch(/^## ❌ regressed: short → this run\n/);
    expect(played.summary).toMatch(/\| `\w+` \| .* ❌ regressed/);
    expect(played.steps[2].log).toMatch(/::error::mint-bench: worse than the baseline/);
    expect(readdirSync(workspace)).not.toContain('pwned');
  });

  it('fails where a threshold does, and where the baseline is missing', () => {
    const failed = play(workspace, 'scenario=short.yaml', 'set=thresholds.ttft_ms_p50=< 1');
    expect([failed.code, failed.outputs.verdict]).toEqual([EXIT.threshold, '']);
    const missing = play(workspace, 'scenario=short.yaml', 'baseline=nothing');
    expect(missing.code).toBe(EXIT.usage);
    expect(missing.steps[2].log).toMatch(/nothing is no run folder, baseline/);
  });
});

it('the shipped baseline of smoke holds: to the last bit on the platform it was made on, within the margin elsewhere', () => {
  const cwd = temporaryFolder();
  mkdirSync(join(cwd, 'reports'));
  cpSync(join(ROOT, 'reports', 'baselines'), join(cwd, 'reports', 'baselines'), { recursive: true });
  const { code } = mint(['run', 'smoke', '--no-figures', '-q', '--out', 'runs'], { cwd });
  expect(code).toBe(0);
  const compared = mint(['compare', 'smoke', join('runs', readdirSync(join(cwd, 'runs'))[0])], { cwd });
  const { identity } = JSON.parse(readFileSync(join(ROOT, 'reports', 'baselines', 'smoke', 'manifest.json'), 'utf8'));
  const here = identity.node_major === Number(process.versions.node.split('.')[0]) && identity.arch === process.arch;
  expect(compared.code, compared.stdout).toBe(0);
  expect(compared.stdout).toMatch(
    here ? /^equal: Equal to the last bit/ : /^(equal|changed|improved|no change|within noise|undecided): /,
  );
});
