/** Reads the kernel profile that a scenario names into the scenario, so that its hash covers what was measured. */
import { readFileSync } from 'node:fs';
import { type Finding, finding } from './findings.ts';
import { kernelProfileSchema } from './kernel-profile.ts';
import type { Scenario } from './scenario.ts';
import { findFile } from './semantics.ts';

/** Largest profile that is read. One row a shape, so real ones are far smaller. */
const MAX_BYTES = 16 << 20;

export function attachProfile(scenario: Scenario, directory: string): { scenario: Scenario; findings: Finding[] } {
  const { cost } = scenario.serving;
  const { file, data } = cost.params as { file?: unknown; data?: unknown };
  if (cost.name !== 'profile' || typeof file !== 'string' || (data !== null && data !== undefined)) {
    return { scenario, findings: [] };
  }
  const fail = (message: string, hint?: string) => ({
    scenario,
    findings: [finding('MB-E226', message, { path: ['serving', 'cost', 'file'], hint })],
  });
  if (file === '')
    return fail(
      'the cost model profile names no file',
      'mint-bench calibrate writes one; or choose another cost model',
    );
  const path = findFile(file, directory);
  if (path === null) {
    return fail(
      `the profile ${file} cannot be read`,
      'paths start from the scenario file, then from the working directory',
    );
  }
  const text = readFileSync(path);
  if (text.length > MAX_BYTES) return fail(`${file} is too large to be a kernel profile`);
  let value: unknown;
  try {
    value = JSON.parse(text.toString('utf8'));
  } catch {
    return fail(`${file} is not JSON`);
  }
  const result = kernelProfileSchema.safeParse(value);
  if (!result.success) {
    const [issue] = result.error.issues;
    const where = issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
    return fail(`${file} is not a kernel profile: ${issue.message}${where}`, 'mint-bench calibrate writes one');
  }
  const serving = { ...scenario.serving, cost: { ...cost, params: { ...cost.params, data: result.data } } };
  return { scenario: { ...scenario, serving }, findings: [] };
}
