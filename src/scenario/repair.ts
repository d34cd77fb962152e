/**
 * Takes what the schema refused out of a scenario, so that its defaults stand in and the remaining rules can be checked in
 * the same pass. The result is never simulated: it only lets one validation report every problem.
 */
import type { Finding } from './findings.ts';
import type { Parse } from './load.ts';
import type { Scenario } from './scenario.ts';
import type { Path } from './source-text.ts';
import type { Tree } from './yaml.ts';

/** Stand-ins for required fields, by dotted path. */
const REQUIRED: Readonly<Record<string, unknown>> = {
  version: 1,
  population: { users: 1_000_000 },
  'population.users': 1_000_000,
  base: 'qwen3-8b',
  hardware: { gpu: 'h200' },
  'hardware.gpu': 'h200',
};

const MAX_PASSES = 4;

export function repair(tree: Tree, parse: Parse): { scenario: Scenario; findings: Finding[]; removed: Path[] } | null {
  const value = structuredClone(tree.value);
  const removed: Path[] = [];
  for (let pass = 0; pass < MAX_PASSES; pass++) {
    const parsed = parse({ value, place: tree.place });
    if (parsed.scenario !== null) return { scenario: parsed.scenario, findings: parsed.findings, removed };
    for (const { path } of parsed.findings) {
      if (path === undefined || path.length === 0) return null;
      removed.push(remove(value as Record<string, unknown>, path));
    }
  }
  return null;
}

/** Deletes the value at `path`; of a list, the whole list, so that positions of other values stay what they are. */
function remove(root: Record<string, unknown>, path: Path): Path {
  let at: unknown = root;
  const parents: [Record<string, unknown>, Path][] = [];
  for (let i = 0; i < path.length && typeof at === 'object' && at !== null; i++) {
    if (!Array.isArray(at)) parents.push([at as Record<string, unknown>, path.slice(0, i + 1)]);
    at = (at as Record<string | number, unknown>)[path[i]];
  }
  const last = parents.pop();
  if (last === undefined) return path;
  const [parent, where] = last;
  const key = String(where[where.length - 1]);
  const standIn = REQUIRED[where.join('.')];
  if (standIn === undefined) delete parent[key];
  else parent[key] = structuredClone(standIn);
  return where;
}

/** Whether a finding about the repaired scenario rests on something that was removed, and so says nothing. */
export function unfounded({ path, uses }: Finding, removed: readonly Path[]): boolean {
  return removed.some(
    (one) => (path !== undefined && isBelow(path, one)) || uses?.some((use) => isBelow(use, one) || isBelow(one, use)),
  );
}

/** Whether `path` is `ancestor` or leads to a part of it. */
export function isBelow(path: Path, ancestor: Path): boolean {
  return ancestor.length <= path.length && ancestor.every((part, i) => path[i] === part);
}
