import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CODES } from '../../src/scenario/codes.ts';

test('every diagnostic id in the sources is explained, and no other', () => {
  const used = new Set<string>();
  for (const file of readdirSync('src', { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.ts') || file.endsWith('codes.ts')) continue;
    for (const [id] of readFileSync(`src/${file}`, 'utf8').matchAll(/MB-[EW]\d{3}/g)) used.add(id);
  }
  expect([...used].sort()).toEqual(Object.keys(CODES).sort());
});
