/** Reads the kernel profile or calibration that a scenario names into it, so that its hash covers what was measured. */
import { readFileSync } from 'node:fs';
import { engineCalibrationSchema } from './engine-calibration.ts';
import { findFile } from './find-file.ts';
import { type Finding, finding, suggest } from './findings.ts';
import { kernelProfileSchema } from './kernel-profile.ts';
import type { Scenario } from './scenario.ts';
import { calibrationFile, calibrationNames } from './shipped-calibrations.ts';

/** Largest profile that is read. One row a shape, so real ones are far smaller. */
const MAX_BYTES = 16 << 20;

/** Cost models that rest on a file, and what the file is. */
const FILES = {
  profile: { what: 'kernel profile', schema: kernelProfileSchema, writer: 'mint-bench calibrate writes one' },
  calibrated: {
    what: 'calibration of an engine',
    schema: engineCalibrationSchema,
    writer: 'mint-bench list calibrations shows those that ship; mint-bench reproduce --fit writes them',
  },
} as const;

export function attachProfile(scenario: Scenario, directory: string): { scenario: Scenario; findings: Finding[] } {
  const { cost } = scenario.serving;
  const { file, data } = cost.params as { file?: unknown; data?: unknown };
  if (!Object.hasOwn(FILES, cost.name) || typeof file !== 'string' || (data !== null && data !== undefined)) {
    return { scenario, findings: [] };
  }
  const { what, schema, writer } = FILES[cost.name as keyof typeof FILES];
  const fail = (message: string, hint?: string) => ({
    scenario,
    findings: [finding('MB-E226', message, { path: ['serving', 'cost', 'file'], hint })],
  });
  if (file === '') return fail(`the cost model ${cost.name} names no file`, `${writer}; or choose another cost model`);
  // A file of that name comes first: a scenario goes on meaning what it meant when more calibrations ship.
  const path = findFile(file, directory) ?? (cost.name === 'calibrated' ? calibrationFile(file) : null);
  if (path === null) {
    return fail(
      `the ${what} ${file} cannot be read`,
      cost.name === 'calibrated' && /^[\w.-]+$/.test(file)
        ? suggest(file, calibrationNames())
        : 'paths start from the scenario file, then from the working directory',
    );
  }
  const text = readFileSync(path);
  if (text.length > MAX_BYTES) return fail(`${file} is too large to be a ${what}`);
  let value: unknown;
  try {
    value = JSON.parse(text.toString('utf8'));
  } catch {
    return fail(`${file} is not JSON`);
  }
  const result = schema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
    return fail(`${file} is not a ${what}: ${issue.message}${where}`, writer);
  }
  const serving = { ...scenario.serving, cost: { ...cost, params: { ...cost.params, data: result.data } } };
  return { scenario: { ...scenario, serving }, findings: [] };
}
