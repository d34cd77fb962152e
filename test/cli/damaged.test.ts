/** Folders of results that were cut off or overwritten: every command names the file and what writes it anew. */
import { cpSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { EXIT } from '../../src/cli/exit-codes.ts';
import { mint, mintHere, temporaryFolder } from './cli.ts';

const cwd = temporaryFolder();
const SHORT = ['-q', '--no-figures', '--set', 'duration=20s', '--set', 'warmup=2s'];
let [run, study] = ['', ''];

beforeAll(() => {
  for (const args of [
    ['run', 'smoke', ...SHORT, '-o', 'runs'],
    ['sweep', 'smoke', ...SHORT, '-o', 'studies', '--set', 'adapter.rank=8,64'],
  ])
    expect(mint(args, { cwd })).toMatchObject({ code: 0, stderr: '' });
  run = join('runs', readdirSync(join(cwd, 'runs'))[0]);
  study = join('studies', readdirSync(join(cwd, 'studies'))[0]);
});

const halved = (file: string) => truncateSync(file, readFileSync(file).length >> 1);
const garbage = (file: string) => writeFileSync(file, 'garbage');
const without = (line: RegExp) => (file: string) => writeFileSync(file, readFileSync(file, 'utf8').replace(line, ''));

/** What each command says of a copy of the folder with one file damaged. */
async function saidOf(folder: string, file: string, damage: (file: string) => void, commands: readonly string[][]) {
  const copy = join('copies', folder);
  rmSync(join(cwd, 'copies'), { recursive: true, force: true });
  cpSync(join(cwd, folder), join(cwd, copy), { recursive: true });
  damage(join(cwd, copy, file));
  const said = [];
  for (const words of commands) said.push(await mintHere([...words.map((word) => word.replace('IT', copy))], { cwd }));
  return { said, path: join(copy, file) };
}

const COMMANDS = [
  ['report', 'IT', '--no-figures'],
  ['figure', 'all', 'IT'],
  ['table', 'IT'],
  ['cite', 'IT'],
];

it.each([
  ['summary.arrow', halved, 'is not a whole Arrow file'],
  ['summary.arrow', garbage, 'is not a whole Arrow file'],
  ['timeseries.arrow', halved, 'is not a whole Arrow file'],
  ['timeseries.arrow', garbage, 'is not a whole Arrow file'],
  ['summary.json', halved, 'is not whole JSON'],
  ['manifest.json', halved, 'is not whole JSON'],
  ['scenario.resolved.yaml', garbage, 'is not whole YAML'],
  // Cut off, and still YAML.
  [
    'scenario.resolved.yaml',
    without(/^warmup: .*\n/m),
    /is not the scenario of this run: its hash is not [0-9a-f]{10}/,
  ],
] as const)('a run whose %s was damaged is named by every command', async (file, damage, what) => {
  const compare = ['compare', run, 'IT'];
  const { said, path } = await saidOf(run, file, damage, [...COMMANDS, compare]);
  for (const { code, stdout, stderr } of said) {
    expect([code, stdout]).toEqual([EXIT.usage, '']);
    const [first, second, ...rest] = stderr.trimEnd().split('\n');
    expect(first.startsWith(`error: ${path} `), first).toBe(true);
    expect(first).toMatch(what);
    expect(second).toMatch(/^ {2}run it again: mint-bench run \S/);
    expect(rest).toEqual([]);
  }
});

it('a sweep whose files were damaged is named by every command', async () => {
  const commands = [...COMMANDS, ['compare', study, 'IT'], ['merge', 'IT']];
  for (const damage of [halved, garbage, (file: string) => writeFileSync(file, '{}')]) {
    const { said, path } = await saidOf(study, 'study.json', damage, commands);
    for (const { code, stderr } of said) {
      expect(code).toBe(EXIT.usage);
      expect(stderr).toMatch(/^error: .+\n {2}run it again: mint-bench sweep smoke .+\n$/);
      expect(stderr).toContain(path);
    }
  }
  const point = join('points', readdirSync(join(cwd, study, 'points'))[0]);
  const { said } = await saidOf(study, point, halved, commands);
  for (const { code, stderr } of said) {
    expect(code).toBe(EXIT.usage);
    expect(stderr).toMatch(/^error: .*1 of (its )?2 points/);
    expect(stderr).toContain('mint-bench sweep smoke ');
  }
});

it('a damaged run is not taken as it is', () => {
  const [name] = readdirSync(join(cwd, 'runs'));
  cpSync(join(cwd, 'runs'), join(cwd, 'again'), { recursive: true });
  const file = join(cwd, 'again', name, 'timeseries.arrow');
  const whole = readFileSync(file);
  halved(file);
  expect(mint(['run', 'smoke', ...SHORT, '-o', 'again', '--resume'], { cwd })).toMatchObject({ code: 0, stderr: '' });
  expect(readFileSync(file).equals(whole)).toBe(true);
});
