import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ownFolder } from '../../src/cli/commands/reproduce.ts';

it('one reproduction does not take the place of another, in whatever order several are named', () => {
  const folder = (...names: string[]) => ownFolder(names);
  expect(folder('mint')).toBe(join('reports', 'reproduce', 'mint'));
  expect(folder('mint')).not.toBe(folder('s-lora-a10g'));
  expect(folder('b', 'a')).toBe(folder('a', 'b', 'a'));
  expect(ownFolder(undefined)).toBe(folder());
  expect(folder()).not.toBe(folder('a'));
});
