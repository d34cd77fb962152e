// The stored H100 measurements, the profile that is fitted to them and the table of their README belong together.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { calibrate, joinKernelRuns } from '../../src/real/calibrate.ts';
import { readKernelRun } from '../../src/real/results.ts';

const root = join(import.meta.dirname, '../..');
const measured = (name: string) => join(root, 'reports/h100', name, 'kernel.arrow');

test('reports/profiles/h100.json is what calibrate fits to them', () => {
  const run = joinKernelRuns(['decode', 'prefill'].map((name) => readKernelRun(measured(name))));
  const { profile } = calibrate(run, { also: ['NVIDIA H100 SXM'] });
  const stored = JSON.parse(readFileSync(join(root, 'reports/profiles/h100.json'), 'utf8'));
  expect(profile.fit).toEqual({ ...stored.fit, mape: expect.closeTo(stored.fit.mape, 6) });
  for (const key of ['device', 'kernel', 'rank_rule'] as const) expect(profile[key]).toEqual(stored[key]);
  for (const key of ['operator_s', 'adapter_s', 'bytes_per_s', 'flops_per_s'] as const)
    expect(profile[key]).toBeCloseTo(stored[key], -Math.log10(Math.max(1e-12, stored[key] * 1e-6)));
});

test('the README has the table that predict.mjs prints of them', () => {
  const script = join(root, 'native/cuda/predict.mjs');
  const printed = execFileSync(process.execPath, [script, measured('decode'), measured('prefill')], {
    encoding: 'utf8',
  });
  const readme = readFileSync(join(root, 'reports/h100/README.md'), 'utf8');
  expect(readme.match(/^\| Projection (?:.*\n)*?(?=\n)/m)?.[0]).toBe(printed);
});
