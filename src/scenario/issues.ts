/** From zod's issues to findings: a stable id, what was expected and received, and the nearest valid name. */
import type * as z from 'zod';
import { type Finding, finding, nearest, received, suggest } from './findings.ts';
import { knownKeys } from './schema/known-keys.ts';
import { find, type Path, pathText } from './source-text.ts';
import type { Tree } from './yaml.ts';

type Issue = z.core.$ZodIssue & {
  known?: string[];
  params?: { id?: string; expected?: string; hint?: string; reason?: string; uses?: Path[] };
};

const ARTICLE: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
  boolean: 'true or false',
  int: 'a whole number',
};

export function fromIssues(issues: readonly z.core.$ZodIssue[], schema: z.core.$ZodType, tree: Tree): Finding[] {
  const findings = issues.flatMap((issue) => fromIssue(issue as Issue, schema, tree));
  // A misspelt key is one mistake: that the right one is missing need not be said as well.
  const unknown = findings.filter(({ id }) => id === 'MB-E101').map(({ path }) => path!);
  return findings.filter(({ id, path }) => id !== 'MB-E102' || !unknown.some((key) => isMisspelt(path!, key)));
}

function isMisspelt(missing: Path, written: Path): boolean {
  const last = missing.length - 1;
  if (written.length !== missing.length || missing.slice(0, last).some((part, i) => part !== written[i])) return false;
  return nearest(String(written[last]), [String(missing[last])]) !== undefined;
}

function fromIssue(issue: Issue, schema: z.core.$ZodType, tree: Tree): Finding[] {
  const path = issue.path as Path;
  const value = valueAt(tree.value, path);
  if (issue.code === 'unrecognized_keys') {
    const known = issue.known ?? knownKeys(schema, path);
    return issue.keys.map((key) =>
      finding('MB-E101', `unknown key ${received(key)}${path.length === 0 ? '' : ` in ${pathText(path)}`}`, {
        ...locate(tree, [...path, key]),
        path: [...path, key],
        atKey: true,
        hint: suggest(key, known),
      }),
    );
  }
  const name = path.length === 0 ? 'the scenario' : pathText(path);
  const { id, expected, hint } = issue.params ?? {};
  const common = { ...locate(tree, path), path, received: received(value) };
  if (value === undefined && !id?.startsWith('MB-E2')) {
    return [
      finding('MB-E102', `${name} is missing`, {
        ...common,
        received: undefined,
        atKey: true,
        expected: expected ?? expectation(issue),
      }),
    ];
  }
  if (issue.code === 'custom') {
    const unreadable = issue.params?.reason?.startsWith('is out of range') ? 'MB-E106' : 'MB-E105';
    const wrong = issue.params?.reason === undefined ? 'MB-E108' : unreadable;
    const message =
      issue.message.startsWith('is ') || issue.message.startsWith('has ') || issue.message.startsWith('cannot ')
        ? `${name} ${issue.message}`
        : issue.message;
    return [
      finding(id ?? wrong, message, {
        ...common,
        received: id?.startsWith('MB-E2') ? undefined : common.received,
        expected,
        hint,
        uses: issue.params?.uses,
      }),
    ];
  }
  if (issue.code === 'invalid_type') return [finding('MB-E103', `${name} must be ${expectation(issue)}`, common)];
  if (issue.code === 'invalid_value') {
    const names = issue.values.map(String);
    const version = path.length === 1 && path[0] === 'version';
    const near = typeof value === 'string' ? suggest(value, names) : `choose from ${names.join(', ')}`;
    return [
      finding(
        version ? 'MB-E109' : 'MB-E104',
        names.length === 1 ? `${name} must be ${names[0]}` : `${name} cannot be ${received(value)}`,
        { ...common, hint: names.length === 1 ? undefined : near },
      ),
    ];
  }
  if (issue.code === 'too_small' || issue.code === 'too_big') {
    return [finding('MB-E106', `${name}: ${issue.message}`, common)];
  }
  return [
    finding('MB-E108', issue.message.includes(' ') ? `${name}: ${issue.message}` : `${name} cannot be used`, common),
  ];
}

function expectation(issue: Issue): string | undefined {
  if (issue.code === 'invalid_type') return ARTICLE[issue.expected] ?? issue.expected;
  if (issue.code === 'invalid_value')
    return issue.values.length === 1 ? String(issue.values[0]) : `one of ${issue.values.join(', ')}`;
  return undefined;
}

function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = (at as Record<string | number, unknown>)[key];
  }
  return at;
}

/** Where to point: the value itself, or the key of the part that should have held it. */
export function locate(tree: Tree, path: Path): Pick<Finding, 'place' | 'atKey'> {
  const { place, found, depth } = find(tree.place, path);
  // A list or map of several lines is shown by its key.
  if (found) return { place, atKey: place.children !== null && place.keyStart !== place.start };
  if (depth === 0)
    return { place: { ...place, end: place.start + 1, keyStart: place.start, keyEnd: place.start + 1 }, atKey: true };
  return { place, atKey: true };
}
