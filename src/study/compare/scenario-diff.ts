/** Where two resolved scenarios differ, value by value; what does not change a result (names, thresholds, axes) is left out. */
import { FAMILIES } from '../../run/families.ts';
import { UserError } from '../../scenario/errors.ts';
import { resolvedYaml } from '../../scenario/hash.ts';
import { loadScenarioText } from '../../scenario/load.ts';
import type { Scenario } from '../../scenario/scenario.ts';

type Leaf = number | string | boolean | null;

export interface Difference {
  /** Dotted path; cohorts by name. */
  path: string;
  /** Undefined where that side has no such field. */
  base: Leaf | undefined;
  new: Leaf | undefined;
}

/** Fields of a scenario that no simulation reads. */
const SILENT = /^(name|description|version|seed|replications|thresholds|sweep|budget)(\.|\[|$)/;
/** A preset stands for all that it expands to. */
const PRESETS = ['base', 'hardware.gpu', 'hardware.node', 'serving.cost'];

/** Seeds apart: replications of one scenario do not differ. */
export function scenarioDifferences(base: Scenario, next: Scenario): Difference[] {
  const [a, b] = [leaves(base), leaves(next)];
  const paths = [...new Set([...a.keys(), ...b.keys()])].filter((path) => !SILENT.test(path));
  const different = paths.filter((path) => !Object.is(a.get(path), b.get(path))).sort();
  const renamed = PRESETS.filter((preset) => different.includes(`${preset}.name`));
  return different
    .filter((path) => !renamed.some((preset) => path.startsWith(`${preset}.`) && path !== `${preset}.name`))
    .map((path) => ({ path, base: a.get(path), new: b.get(path) }));
}

/**
 * Differences between two systems, apart from fields that only one side has because they came into the language after the other was
 * made: read again, that side has them too, with their defaults. A side that cannot be read any more stays as it is, and what only
 * the other one has is taken for younger: where it does change something the results say so.
 *
 * @returns what differs, and paths of what is younger
 */
export function systemDifferences(base: Scenario, next: Scenario): { differences: Difference[]; younger: string[] } {
  const all = scenarioDifferences(base, next);
  const oneSided = all.filter((one) => one.base === undefined || one.new === undefined);
  if (oneSided.length === 0) return { differences: all, younger: [] };
  const [a, b] = [readAgain(base), readAgain(next)];
  const differences =
    a === null || b === null ? all.filter((one) => !oneSided.includes(one)) : scenarioDifferences(a, b);
  const left = new Set(differences.map(({ path }) => path));
  return { differences, younger: oneSided.map(({ path }) => path).filter((path) => !left.has(path)) };
}

/** As this version reads it, with the defaults of what it did not know; null where it cannot. */
function readAgain(scenario: Scenario): Scenario | null {
  try {
    return loadScenarioText(resolvedYaml(scenario), 'scenario.resolved.yaml', { families: FAMILIES }).scenario;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function leaves(value: unknown): Map<string, Leaf> {
  const found = new Map<string, Leaf>();
  const visit = (at: unknown, path: string) => {
    if (typeof at !== 'object' || at === null) {
      if (at !== undefined) found.set(path, at as Leaf);
      return;
    }
    const entries: [string, unknown][] = Array.isArray(at)
      ? at.map((item, i) => [`[${nameOf(item) ?? i}]`, item])
      : Object.entries(at).map(([key, item]) => [path === '' ? key : `.${key}`, item]);
    if (Array.isArray(at)) found.set(`${path}.length`, at.length);
    for (const [key, item] of entries) visit(item, `${path}${key}`);
  };
  visit(value, '');
  return found;
}

const nameOf = (item: unknown): string | undefined => {
  const name = (item as { name?: unknown } | null)?.name;
  return typeof name === 'string' ? name : undefined;
};
