import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { EXIT, EXIT_CODES } from '../../src/cli/exit-codes.ts';
import { mint, mintHere } from './cli.ts';

describe('the tool as a whole', () => {
  it('shows its commands, on stdout when asked and on stderr when not', async () => {
    const asked = mint(['--help']);
    expect(asked.code).toBe(0);
    expect(asked.stderr).toBe('');
    for (const { usage, summary } of COMMANDS) {
      expect(asked.stdout).toContain(usage);
      expect(asked.stdout).toContain(summary);
    }
    expect(mint(['-h'])).toEqual(asked);
    expect(await mintHere(['help', 'schema'])).toEqual(await mintHere(['schema', '--help']));
    expect(mint([])).toEqual({ code: EXIT.usage, stdout: '', stderr: asked.stdout });
  });

  it('prints its version', () => {
    const { code, stdout, stderr } = mint(['--version']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it.each(COMMANDS.map(({ name }) => name))('%s explains itself', async (name) => {
    const direct = await mintHere([name, '--help']);
    expect([direct.code, direct.stderr]).toEqual([0, '']);
    expect(direct.stdout).toContain(`mint-bench ${name}`);
    expect(direct.stdout).toContain('--json');
    expect(direct.stdout.split('\n').every((line) => line.length <= 120)).toBe(true);
  });

  it.each([
    [['list', 'gpus']],
    [['explain', 'lru', 'sieev']],
    [['validate', 'smoke', '--json']],
    [['validate', 'nowhere.yaml']],
    [['run', 'smoke', '--set', 'hardware.replicas=many', '--json']],
  ])('%j says the same in a process of its own and in one that goes on', async (args) => {
    expect(await mintHere(args)).toEqual(mint(args));
  });

  it('keeps one list of exit codes', () => {
    expect(EXIT_CODES.map(({ code }) => code)).toEqual(Object.values(EXIT));
    expect(EXIT_CODES.map(({ code }) => code)).toEqual([0, 1, 2, 3, 4, 5, 10, 11, 12, 130]);
  });
});

describe('what cannot be understood', () => {
  it.each([
    [['vaildate'], 'error: there is no command "vaildate"\n  did you mean validate?\n'],
    [['frobnicate'], /^error: there is no command "frobnicate"\n {2}choose from /],
    [['--quiet'], 'error: no command, only --quiet\n  mint-bench --help lists the commands\n'],
    [['list', '--nams'], 'error: list has no option --nams\n  did you mean --names?\n'],
    [['list', 'modls'], 'error: there is no kind "modls"\n  did you mean models?\n'],
    [['list', 'models', 'gpus'], /^error: list takes no argument "gpus"\n/],
    [['explain', 'sieev'], 'error: nothing is called "sieev"\n  did you mean sieve?\n'],
    [
      ['explain'],
      'error: explain needs an argument: mint-bench explain <thing..>\n  mint-bench explain --help shows what it takes\n',
    ],
    [['list', '--color', 'mauve'], /^error: Invalid values/],
    [['completion', 'tcsh'], /^error: there is no completion for "tcsh"\n/],
    [
      ['validate', 'x.yaml', '--set', 'nothing'],
      'error: --set nothing: expected path=value\n  for instance --set hardware.replicas=16\n',
    ],
  ])('%j is a usage error with a way out', async (args, message) => {
    const { code, stdout, stderr } = await mintHere(args);
    expect(code).toBe(EXIT.usage);
    expect(stdout).toBe('');
    if (typeof message === 'string') expect(stderr).toBe(message);
    else expect(stderr).toMatch(message);
  });

  it('is one JSON document under --json', async () => {
    const { code, stdout } = await mintHere(['list', 'modls', '--json']);
    expect(code).toBe(EXIT.usage);
    expect(JSON.parse(stdout)).toEqual({
      error: { exit_code: 2, kind: 'usage', message: 'there is no kind "modls"', remedy: 'did you mean models?' },
    });
  });
});

describe('colour', () => {
  it('changes escape sequences only, and is off where nobody looks', () => {
    const plain = mint(['explain', 'lru'], { env: { NO_COLOR: '' } }).stdout;
    const painted = mint(['explain', 'lru', '--color', 'always']).stdout;
    const code = String.fromCharCode(27);
    expect(plain).not.toContain(code);
    expect(painted).toContain(code);
    expect(painted.replaceAll(new RegExp(`${code}\\[\\d+m`, 'g'), '')).toBe(plain);
  });
});
