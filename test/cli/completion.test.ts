import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { mint, ROOT, temporaryFolder } from './cli.ts';

const folder = temporaryFolder();
writeFileSync(join(folder, 'completion.bash'), mint(['completion', 'bash']).stdout);

/** What bash offers after `mint-bench <words>`, the last word being the one under the cursor. */
function offered(words: string[]): string[] {
  const script = `
    mint-bench() { ${process.execPath} ${join(ROOT, 'bin', 'mint-bench.js')} "$@"; }
    source ${join(folder, 'completion.bash')}
    COMP_WORDS=(mint-bench ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
    _mint_bench; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr, status } = spawnSync('bash', ['--norc', '-c', script], { encoding: 'utf8', cwd: folder });
  expect([status, stderr]).toEqual([0, '']);
  return stdout.trimEnd().split('\n');
}

describe('completion in bash', () => {
  it('offers commands, flags, names and words', () => {
    expect(offered(['va'])).toEqual(['validate']);
    expect(offered([''])).toEqual([...COMMANDS.map(({ name }) => name), '--help', '--version']);
    expect(offered(['list', '--na'])).toEqual(['--names']);
    expect(offered(['list', 'evi'])).toEqual(['eviction']);
    expect(offered(['explain', 'kimi'])).toEqual(['kimi-k2']);
    expect(offered(['validate', 'comp'])).toEqual(['completion.bash']);
  });

  it('offers shipped scenarios, figures, metrics, and the values of options', () => {
    expect(offered(['run', 'flash'])).toEqual(['flash-crowd']);
    expect(offered(['explain', 'admission-t'])).toEqual(['admission-tail']);
    expect(offered(['explain', 'ttft', 'jain_us'])).toEqual(['jain_users']);
    expect(offered(['figure', 'kernel-ro'])).toEqual(['kernel-roofline']);
    expect(offered(['figure', 'kernel-roofline', 'comp'])).toEqual(['completion.bash']);
    expect(offered(['figure', 'kernel-roofline', 'x', '--size', 'two'])).toEqual(['two-column']);
    expect(offered(['run', 'smoke', '--set', 'serving.slots'])).toContain('serving.slots');
    expect(offered(['table', 'x', '--metrics', 'slo_att'])).toEqual(['slo_attainment']);
  });
});

describe('completion in other shells', () => {
  it.each(['zsh', 'fish'])('%s knows every command and its flags', (shell) => {
    const { code, stdout, stderr } = mint(['completion', shell]);
    expect([code, stderr]).toEqual([0, '']);
    for (const { name, summary } of COMMANDS) {
      expect(stdout).toContain(name);
      expect(stdout).toContain(summary.split(':')[0]);
    }
    // Quotes are balanced: an apostrophe in a description would end the word.
    for (const line of stdout.split('\n'))
      expect((line.replaceAll("\\'", '').match(/'/g) ?? []).length % 2, line).toBe(0);
  });
});
