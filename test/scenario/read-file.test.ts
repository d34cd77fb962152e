import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { UserError } from '../../src/scenario/errors.ts';
import { readScenario } from '../../src/scenario/read-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'mint-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(join(folder, 'evening.yaml'), '');

function hint(name: string, shipped: readonly string[]): string | undefined {
  try {
    readScenario(join(folder, name), () => shipped);
  } catch (error) {
    if (error instanceof UserError) return error.diagnostics[0].hint;
    throw error;
  }
  throw new Error('it was read');
}

test.each([
  ['evenign.yaml', ['smoke'], 'did you mean evening.yaml?'],
  ['evenign', ['smoke'], 'did you mean evening.yaml?'],
  ['smok', ['smoke'], 'did you mean smoke?'],
  ['smoek.yaml', ['smoke'], 'did you mean smoke?'],
  ['bananas', ['smoke'], 'mint-bench list scenarios shows the shipped ones'],
  ['bananas', [], 'choose from evening.yaml'],
])('where there is no %s', (name, shipped, expected) => {
  expect(hint(name, shipped)).toBe(expected);
});
