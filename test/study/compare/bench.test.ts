/** Rounds of two checkouts: that their bench/ differs is found before the first, whatever lies in there. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { compareCheckouts } from '../../../src/study/compare/bench.ts';
import { type Task, takeInTurn } from '../../../src/study/compare/in-turn.ts';

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
    return compareCheckouts(base, next, { tasks: [task], budget: 60, most: 1, least: 0.03 });
  };
  const same = await compared('b');
  expect(same.lines).toMatchObject([{ name: 'one', n: 1 }]);
  expect(same.notes.join()).not.toMatch(/differ in bench/);
  expect((await compared('c')).notes.join()).toMatch(/differ in bench/);
});

/** Prints what its code says, a number for each side; `i` counts the processes of a side. */
function counting(name: string, code: string): Task {
  const count = `const f = 'count-${name}'; const fs = require('fs'); const i = fs.existsSync(f) ? Number(fs.readFileSync(f)) : 0; fs.writeFileSync(f, String(i + 1));`;
  return {
    name,
    args: () => ['-e', `${count} ${code}`],
    read: (stdout) => [{ name, unit: 's', better: 'lower', value: Number(stdout) }],
  };
}

it('ends a task where its samples are precise, whatever they say, and goes on with others to their most', async () => {
  const [base, next] = [checkout('base', {}), checkout('new', {})];
  const scattered = counting('scattered', 'console.log(i % 2 === 0 ? 1 : 2)');
  const steady = counting('steady', 'console.log(process.cwd().length > 0 ? 100 + (i % 3) * 0.1 : 0)');
  const asked = { tasks: [scattered, steady], budget: 120, most: 9, least: 0.03 };
  const { samples, taken } = await takeInTurn(base, next, asked);
  // Two lines: 2 / C(12, 6) = 0.2% is the first below 1% / 2; the widths have to hold once more.
  expect(taken).toEqual([
    { name: 'scattered', rounds: 9, ended: 'most' },
    { name: 'steady', rounds: 7, ended: 'precise' },
  ]);
  expect(samples.map(({ base: a, new: b }) => [a.length, b.length])).toEqual([
    [9, 9],
    [7, 7],
  ]);
});

it('stops at the end of the budget, what runs then with it, and keeps whole rounds', async () => {
  const [base, next] = [checkout('base', {}), checkout('new', {})];
  // The third process of a side never ends, nor does the one that it started.
  const hangs =
    "if (i >= 2) require('child_process').spawnSync(process.execPath, ['-e', 'setTimeout(() => {}, 1e6)']); console.log(i + 1)";
  const began = performance.now();
  const asked = { tasks: [counting('hangs', hangs)], budget: 8, most: 100, least: 0.03 };
  const { samples, taken } = await takeInTurn(base, next, asked);
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(taken).toEqual([{ name: 'hangs', rounds: 2, ended: 'budget' }]);
  expect(samples).toMatchObject([{ base: [1, 2], new: [1, 2] }]);
});

it('says what to do where not one round fits, and what a benchmark said that failed', async () => {
  const [base, next] = [checkout('base', {}), checkout('new', {})];
  const options = { most: 3, least: 0.03 };
  const slow = counting('slow', 'setTimeout(() => {}, 1e6)');
  await expect(takeInTurn(base, next, { ...options, tasks: [slow], budget: 0.5 })).rejects.toThrow(
    /slow.*--budget.*--only/,
  );
  const broken = counting('broken', "throw new Error('no such kernel')");
  await expect(takeInTurn(base, next, { ...options, tasks: [broken], budget: 60 })).rejects.toThrow(/no such kernel/);
});
