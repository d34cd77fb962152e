import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { mint, mintHere, temporaryFolder } from './cli.ts';

describe('init', () => {
  it('writes a scenario that is valid as it stands, once', async () => {
    const cwd = temporaryFolder();
    expect(mint(['init', 'my.yaml'], { cwd })).toEqual({
      code: 0,
      stdout: 'my.yaml\n',
      stderr: 'next: mint-bench validate my.yaml\n',
    });
    const written = readFileSync(join(cwd, 'my.yaml'), 'utf8');
    expect((await mintHere(['init', '--stdout'], { cwd })).stdout).toBe(written);
    expect(await mintHere(['validate', 'my.yaml'], { cwd })).toEqual({
      code: 0,
      stderr: '',
      stdout: `my.yaml: valid
  users      10,000, 10,000 adapters
  load       8.1 requests/s for 10 min, about 4,861 requests
  base       Llama-3.1-8B
  rank 16    26 MiB on disk, 26 MiB in host memory, 256 tensor objects
  hardware   2 replicas in 1 cell, 2 × NVIDIA H100 SXM
  replica    80 GiB: weights 15 GiB, working 1.96 GiB, 32 slots 832 MiB, KV
             cache for 444,544 tokens
  fit        of 10,000 adapters (26 MiB in the mean) each replica has room for
             32 on its GPUs and 78 in its 2 GiB of host memory, the disks of
             each node for all
  objective  interactive: ttft 2 s, tpot 100 ms, e2el 1 min
  threshold  slo_attainment ≥ 95%
`,
    });
    writeFileSync(join(cwd, 'my.yaml'), 'mine');
    expect(await mintHere(['init', 'my.yaml'], { cwd })).toEqual({
      code: EXIT.usage,
      stdout: '',
      stderr: 'error: my.yaml exists already\n  name another file, or print it with --stdout\n',
    });
    expect(readFileSync(join(cwd, 'my.yaml'), 'utf8')).toBe('mine');
    expect((await mintHere(['init', 'no/such/folder.yaml'], { cwd })).stderr).toBe(
      'error: no/such/folder.yaml cannot be written: its folder does not exist\n',
    );
    expect(existsSync(join(cwd, 'no'))).toBe(false);
  });
});

describe('validate', () => {
  const cwd = temporaryFolder();
  mint(['init', 'good.yaml'], { cwd });
  const good = readFileSync(join(cwd, 'good.yaml'), 'utf8');
  const write = (name: string, text: string) => writeFileSync(join(cwd, name), text);

  it('places every problem, on stderr, and says invalid on stdout', async () => {
    write(
      'bad.yaml',
      good.replace('exponent: 1', 'exponnt: 1').replace('gpu: h100', 'gpu: h1000').replace('slots: 32', 'slots: -1'),
    );
    const { code, stdout, stderr } = await mintHere(['validate', 'bad.yaml'], { cwd });
    expect([code, stdout]).toEqual([EXIT.scenario, 'bad.yaml: invalid\n']);
    const line = (text: string) => good.split('\n').findIndex((one) => one.includes(text)) + 1;
    for (const at of ['exponent: 1', 'gpu: h100', 'slots: 32']) expect(stderr).toContain(`bad.yaml:${line(at)}:`);
    expect(stderr).toContain('did you mean exponent?');
    expect(stderr).toMatch(/3 errors\n$/);
  });

  it('checks several files and overrides, and is one JSON document for scripts', async () => {
    write('other.yaml', good);
    const { code, stdout, stderr } = await mintHere(
      ['validate', 'other.yaml', 'missing.yaml', '--json', '--set', 'hardware.replicas=4'],
      { cwd },
    );
    expect([code, stderr]).toEqual([EXIT.scenario, '']);
    const { files } = JSON.parse(stdout);
    expect(files.map(({ file, valid }: { file: string; valid: boolean }) => [file, valid])).toEqual([
      ['other.yaml', true],
      ['missing.yaml', false],
    ]);
    expect(files[0].plan).toMatchObject({
      replicas: 4,
      gpus: 4,
      requests: 4861,
      adapters_by_rank: [{ rank: 16, diskBytes: 27_262_976 }],
    });
    expect(files[1].diagnostics[0]).toMatchObject({ id: 'MB-E001', severity: 'error' });
  });

  it('has twice the load for twice the users of a scenario that init wrote: what a user costs is then theirs', async () => {
    write('users.yaml', good);
    const { stdout } = await mintHere(['validate', 'users.yaml', '--json', '--set', 'population.users=20k'], { cwd });
    const [{ plan }] = JSON.parse(stdout).files;
    expect(plan.requests).toBe(9722);
  });

  it('refuses a base that does not fit, and values given on the command line', async () => {
    const big = await mintHere(['validate', 'good.yaml', '--set', 'base=llama-3.1-70b'], { cwd });
    expect(big.code).toBe(EXIT.scenario);
    expect(big.stderr).toMatch(/131\.4 GiB/);
    const odd = await mintHere(['validate', 'good.yaml', '--set', 'hardware.replicas=many'], { cwd });
    expect(odd.code).toBe(EXIT.scenario);
    expect(odd.stderr).toContain('--set');
  });

  it('is quiet when asked', async () => {
    expect(await mintHere(['validate', 'good.yaml', '-q'], { cwd })).toEqual({
      code: 0,
      stdout: 'good.yaml: valid\n',
      stderr: '',
    });
  });
});

describe('schema', () => {
  it('is the one that ships beside the scenarios', () => {
    const { code, stdout, stderr } = mint(['schema']);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      type: 'object',
      required: expect.arrayContaining(['version']),
    });
  });
});
