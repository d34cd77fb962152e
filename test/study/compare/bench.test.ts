/** Rounds of two checkouts: that their bench/ differs is found before the first, whatever lies in there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { compareCheckouts, type Task } from '../../../src/study/compare/bench.ts';

function checkout(label: string, bench: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'mint-bench-checkout-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'bench', 'parts'), { recursive: true });
  for (const [name, text] of Object.entries(bench)) writeFileSync(join(folder, 'bench', name), text);
  return { label, folder, notes: [], close: () => {} };
}

/** Runs, and leaves a file behind in bench/ that is no part of what was compared. */
const task: Task = {
  name: 'one',
  args: () => ['-e', `require('fs').writeFileSync('bench/left-' + process.pid, ''); console.log(1)`],
  read: (stdout) => [{ name: 'one', unit: 's', better: 'lower', value: Number(stdout) }],
};

it('says that the checkouts measure in another way, folders of bench/ included', async () => {
  const compared = (part: string) => {
    const base = checkout('base', { 'main.ts': 'a', 'parts/one.ts': 'b' });
    const next = checkout('new', { 'main.ts': 'a', 'parts/one.ts': part });
    return compareCheckouts(base, next, { tasks: [task], rounds: 1, least: 0.03 });
  };
  const same = await compared('b');
  expect(same.lines).toMatchObject([{ name: 'one', n: 1 }]);
  expect(same.notes.join()).not.toMatch(/differ in bench/);
  expect((await compared('c')).notes.join()).toMatch(/differ in bench/);
});
