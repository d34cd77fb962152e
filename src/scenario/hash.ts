/** The resolved scenario as bytes: canonical JSON for the run hash, YAML for the run folder. */
import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { Scenario } from './scenario.ts';

/**
 * JSON with sorted keys and without spaces. Infinity and NaN, which JSON lacks, become the text YAML uses for them; absent
 * fields are left out.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    return JSON.stringify(Number.isNaN(value) ? '.nan' : value > 0 ? '.inf' : '-.inf');
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`).join(',')}}`;
}

/** SHA-256 over the canonical JSON, 64 hexadecimal digits. Any change of a resolved value changes it; comments do not. */
export function scenarioHash(scenario: Scenario): string {
  return createHash('sha256').update(canonicalJson(scenario)).digest('hex');
}

/** SHA-256 over the scenario's hash and the trace that it replays, if any: what names a run. */
export function runHash(scenario: Scenario, trace: Uint8Array = new Uint8Array()): string {
  return createHash('sha256').update(scenarioHash(scenario)).update(trace).digest('hex');
}

/** The form that names run folders. */
export const shortHash = (hash: string) => hash.slice(0, 10);

/**
 * The resolved scenario as a scenario file: it loads to the same scenario and so to the same hash. Of a sweep this holds for
 * its points; its axes change the file as it was written (`adapter.modules: attention` follows the base), not its expansion.
 */
export function resolvedYaml(scenario: Scenario): string {
  return stringify(sorted(scenario), { lineWidth: 0, aliasDuplicateObjects: false, version: '1.2' });
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value).filter(([, field]) => field !== undefined);
  fields.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return Object.fromEntries(fields.map(([key, field]) => [key, sorted(field)]));
}
