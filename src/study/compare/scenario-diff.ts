/** Where two resolved scenarios differ, value by value; what does not change a result (names, thresholds, axes) is left out. */
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
 * Of the differences, those in values that both sides have. A field that only one side has was added to the schema after the
 * other was made: with its default it changes nothing, and where it does change something the results say so.
 */
export const inCommon = (differences: readonly Difference[]): Difference[] =>
  differences.filter((difference) => difference.base !== undefined && difference.new !== undefined);

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
