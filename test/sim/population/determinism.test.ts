/** The same scenario gives the same bytes, in this process and in others. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { expect, it } from 'vitest';
import { digest } from './digest.ts';

it('gives the same bytes again, and another seed other bytes', () => {
  expect(digest('seed')).toBe(digest('seed'));
  expect(digest('another')).not.toBe(digest('seed'));
});

it('gives the same bytes in two other processes', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'population-'));
  const entry = join(folder, 'entry.ts');
  const program = join(folder, 'program.cjs');
  const module = JSON.stringify(resolve('test/sim/population/digest.ts'));
  writeFileSync(entry, `import { digest } from ${module};\nconsole.log(digest('seed'));\n`);
  try {
    await build({ entryPoints: [entry], bundle: true, platform: 'node', outfile: program, logLevel: 'silent' });
    const outputs = [1, 2].map(() => execFileSync(process.execPath, [program], { encoding: 'utf8' }).trim());
    expect(outputs).toEqual([digest('seed'), digest('seed')]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}, 60_000);
