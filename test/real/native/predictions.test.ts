// The committed table of predicted CUDA times is what its program prints.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const folder = join(import.meta.dirname, '../../../native/cuda');

test('PREDICTIONS.md is current', () => {
  const printed = execFileSync(process.execPath, [join(folder, 'predict.mjs')], { encoding: 'utf8' });
  expect(readFileSync(join(folder, 'PREDICTIONS.md'), 'utf8')).toBe(printed);
});
