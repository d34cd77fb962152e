import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownFolder } from '../../src/cli/commands/reproduce.ts';
import { mintHere } from './cli.ts';

it('one reproduction does not take the place of another, in whatever order several are named', () => {
  const folder = (...names: string[]) => ownFolder(names);
  expect(folder('mint')).toBe(join('reports', 'reproduce', 'mint'));
  expect(folder('mint')).not.toBe(folder('s-lora-a10g'));
  expect(folder('b', 'a')).toBe(folder('a', 'b', 'a'));
  expect(ownFolder(undefined)).toBe(folder());
  expect(folder()).not.toBe(folder('a'));
  expect(ownFolder(['mint'], ['serving.slots=8'])).not.toBe(folder('mint'));
});

it('the page and the fits are of the published systems, not of one that was changed', async () => {
  for (const option of ['--markdown=page.md', '--strict', '--fit', '--fit-frontend']) {
    const { code, stderr } = await mintHere(['reproduce', 'lora-operators', '--set', 'seed=other', option]);
    expect([option, code]).toEqual([option, 2]);
    expect(stderr).toContain('--set makes another system of the published one');
  }
});

it('an unknown reproduction ends as any other unknown name does', async () => {
  const near = await mintHere(['reproduce', 'mint', 'dlora-clutser']);
  expect([near.code, near.stdout, near.stderr]).toEqual([
    2,
    '',
    'error: there is no reproduction "dlora-clutser"\n  did you mean dlora-cluster?\n',
  ]);
  const far = await mintHere(['reproduce', 'nosuch']);
  expect([far.code, far.stderr.split('\n')[1]]).toEqual([2, expect.stringMatching(/^ {2}choose from .*dlora-cluster/)]);
});
