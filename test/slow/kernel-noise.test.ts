/** Real timings of real kernels: the same code against itself, 20 times, and against a copy that was made slower. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { benchTask, compareCheckouts } from '../../src/study/compare/bench.ts';
import type { Checkout } from '../../src/study/compare/checkout.ts';
import { samplesNeeded } from '../../src/study/compare/samples.ts';

const ROOT = dirname(dirname(import.meta.dirname));
const scratch = mkdtempSync(join(tmpdir(), 'mint-noise-'));
const checkout = (label: string, folder: string): Checkout => ({ label, folder, notes: [], close: () => undefined });
const here = checkout('here', ROOT);
/** Shapes of kernels-quick on two backends: with fewer rounds nothing could be significant, and no call be wrong. */
const ROUNDS = samplesNeeded(6) + 1;
const REPEATS = 20;

/** As `compare --bench` does it: every sample in a process of its own, the sides in turn. */
const compare = (next: Checkout, rounds: number) =>
  compareCheckouts(here, next, { tasks: [benchTask('kernels-quick')], budget: 170, most: rounds, least: 0.03 });

let slower: Checkout;
beforeAll(() => {
  const folder = join(scratch, 'slower');
  for (const part of ['src', 'bin', 'bench', 'scripts', 'native', 'package.json', 'tsconfig.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const kernel = join(folder, 'src', 'real', 'backends', 'js.ts');
  const source = readFileSync(kernel, 'utf8');
  // The first product is computed twice.
  const loop = 'for (let k = 0; k < rank; k++) h[k] = dot(';
  const twice = 'for (let n = 0, k = 0; n < 2 * rank; n++, k = n % rank) h[k] = dot(';
  expect(source).toContain(loop);
  writeFileSync(kernel, source.replace(loop, twice));
  const built = spawnSync(process.execPath, ['scripts/build.mjs'], { cwd: folder, encoding: 'utf8' });
  expect([built.status, built.stderr]).toEqual([0, '']);
  slower = checkout('slower', folder);
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

it('the same kernels, 20 times against themselves, are hardly ever called better or worse', async () => {
  const wrong: string[] = [];
  for (let repeat = 0; repeat < REPEATS; repeat++) {
    const { verdict, lines } = await compare(here, ROUNDS);
    for (const { n } of lines) expect(n).toBeGreaterThanOrEqual(samplesNeeded(lines.length));
    const shown = lines.map(({ name, change, p, verdict: word }) => `${name} ${change} p ${p}: ${word}`);
    if (verdict === 'regressed' || verdict === 'improved') wrong.push(`repeat ${repeat}: ${shown.join('; ')}`);
  }
  // At the level of 1% a comparison, two of twenty come in less than two cases of a hundred.
  expect(wrong.length, wrong.join('\n')).toBeLessThanOrEqual(1);
}, 3_600_000);

it('a kernel that computes its first product twice is found', async () => {
  const { verdict, lines } = await compare(slower, 2 * ROUNDS);
  expect(verdict, JSON.stringify(lines, null, 1)).toBe('regressed');
  expect(lines.filter(({ name }) => name.startsWith('kernel js')).map(({ verdict: word }) => word)).toContain(
    'regressed',
  );
});
