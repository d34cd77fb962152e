/** The points of a sweep, and whether each of them is a valid scenario. */
import { type Finding, finding } from './findings.ts';
import type { Parse } from './load.ts';
import { applyOverride, type Override } from './overrides.ts';
import type { Scenario } from './scenario.ts';
import { find, type Path } from './source-text.ts';
import type { Tree } from './yaml.ts';

/** Points that validation tries; a run of the sweep checks every one before it starts. */
const MAX_POINTS = 32;

/**
 * Every combination, the last axis fastest, each a scenario without a sweep of its own. The overrides are for the file as it
 * was written: `adapter.modules: attention` follows the base that a point names. One point where there is no sweep.
 */
export function sweepPoints(sweep: Scenario['sweep'], limit = Infinity): Override[][] {
  let points: Override[][] = [[]];
  for (const { path, values } of sweep) {
    points = points.flatMap((point) => values.map((value) => [...point, { path, value }])).slice(0, limit);
  }
  return sweep.length === 0 ? points : points.map((point) => [...point, { path: 'sweep', value: {} }]);
}

export function sweepFindings(
  tree: Tree,
  scenario: Scenario,
  parse: Parse,
  check: (scenario: Scenario) => Finding[],
): Finding[] {
  if (scenario.sweep.length === 0) return [];
  const singles = scenario.sweep.flatMap(({ path, values }, axis) =>
    values.slice(0, MAX_POINTS).map((value, i) => ({ override: { path, value }, at: [axis, i] })),
  );
  const found: Finding[] = [];
  for (const { override, at } of singles) {
    const [problem] = applied(tree, [override], parse, null);
    if (problem !== undefined) found.push(about(tree, override, at[0], at[1], problem));
  }
  if (found.length > 0) return found;
  for (const point of sweepPoints(scenario.sweep, MAX_POINTS)) {
    const [problem] = applied(tree, point, parse, check);
    if (problem === undefined) continue;
    const text = point
      .filter(({ path }) => path !== 'sweep')
      .map(({ path, value }) => `${path}=${JSON.stringify(value)}`)
      .join(', ');
    return [
      finding('MB-E219', `the point ${text} of the sweep is not valid: ${problem.message}`, {
        path: ['sweep'],
        hint: problem.hint,
      }),
    ];
  }
  return [];
}

function applied(
  tree: Tree,
  overrides: readonly Override[],
  parse: Parse,
  check: ((scenario: Scenario) => Finding[]) | null,
): Finding[] {
  const { sweep: _, ...rest } = tree.value as Record<string, unknown>;
  const copy: Tree = { value: rest, place: { ...tree.place, children: new Map(tree.place.children) } };
  for (const override of overrides) {
    const findings = applyOverride(copy, override, 'sweep');
    if (findings.length > 0) return findings;
  }
  const parsed = parse(copy);
  if (parsed.scenario === null || check === null) return parsed.scenario === null ? parsed.findings : [];
  return [...parsed.findings, ...check(parsed.scenario)];
}

function about(tree: Tree, { path, value }: Override, axis: number, index: number, problem: Finding): Finding {
  const asMap: Path = ['sweep', path, index];
  const at = find(tree.place, asMap).found ? asMap : ['sweep', axis, 'values', index];
  return finding('MB-E219', `the sweep value ${JSON.stringify(value)} of ${path} is not valid: ${problem.message}`, {
    path: at,
    expected: problem.expected,
    hint: problem.hint,
  });
}
