/**
 * A scenario file → the resolved scenario, or every problem with it at once: YAML, overrides, schema, rules across fields,
 * then what is merely unlikely (warnings). Reads the named file and nothing else; no network, no code from scenario files.
 */
import { basename, dirname } from 'node:path';
import { type Diagnostic, UserError } from './errors.ts';
import { type Finding, finding, received, toDiagnostic } from './findings.ts';
import { fromIssues, locate } from './issues.ts';
import { applyOverride, type Override } from './overrides.ts';
import { plausibility } from './plausibility.ts';
import { attachProfile } from './profile-file.ts';
import { readScenario } from './read-file.ts';
import { isBelow, repair, unfounded } from './repair.ts';
import type { Scenario } from './scenario.ts';
import { resolve } from './schema/resolve.ts';
import { type Families, inputSchema, type ScenarioInput } from './schema.ts';
import { semantics } from './semantics/index.ts';
import { find, type Path, SourceText } from './source-text.ts';
import { sweepFindings } from './sweep-check.ts';
import { type ReadYaml, readYaml, type Tree } from './yaml.ts';

export type { Override } from './overrides.ts';
export { parseOverride } from './overrides.ts';

export interface LoadOptions {
  families: Families;
  /** Applied in order, after the file. */
  overrides?: readonly Override[];
  /** Names that thresholds may use; without them their names are not checked. */
  metrics?: readonly string[];
  /** Those of them that are shares of a whole, between 0 and 1. */
  fractions?: readonly string[];
  /** Names of scenarios that go without a file, for the hint where there is no such file. */
  shipped?: () => readonly string[];
}

export interface Loaded {
  scenario: Scenario;
  /** The file as it was read; `file` is the name the user gave, `directory` what its relative paths start from. */
  source: { file: string; directory: string; text: string };
  warnings: Diagnostic[];
}

/** Throws a UserError with every problem. */
export function loadScenario(path: string, options: LoadOptions): Loaded {
  return loadScenarioText(readScenario(path, options.shipped), path, options);
}

/** The same for text that is already at hand; `file` names it in diagnostics and begins its relative paths. */
export function loadScenarioText(text: string, file: string, options: LoadOptions): Loaded {
  const directory = dirname(file);
  const source = new SourceText(file, text);
  const read = readYaml(source);
  const tree = read.tree;
  if (tree === null) throw failed(read.findings, file);
  const empty = tree.value === null;
  if (empty || typeof tree.value !== 'object' || Array.isArray(tree.value)) {
    const start = { ...tree.place, start: 0, end: 1 };
    throw failed(
      [
        ...read.findings,
        empty
          ? finding('MB-E007', 'the file is empty', {
              place: start,
              hint: 'mint-bench init writes a commented scenario to start from',
            })
          : finding('MB-E008', 'a scenario is a map of keys to values', {
              place: tree.place,
              received: received(tree.value),
            }),
      ],
      file,
    );
  }
  const findings = [...read.findings];
  for (const override of options.overrides ?? []) findings.push(...applyOverride(tree, override));
  const root = tree.value as Record<string, unknown>;
  root.name ??= defaultName(file);

  const parse = parserOf(options.families);
  const check = (scenario: Scenario) =>
    semantics(scenario, {
      families: options.families,
      metrics: options.metrics,
      fractions: options.fractions,
      directory,
    });
  const doubtful = [...read.unread, ...read.again.map(({ path }) => path)];
  const first = parse(tree);
  findings.push(...first.findings.filter((found) => !misread(found, read.unread)), ...secondValues(tree, read, parse));
  let { scenario } = first;
  if (scenario === null) {
    // What is wrong is taken out, so that the rules across fields can still be applied to the rest.
    const repaired = repair(tree, parse);
    if (repaired !== null) {
      findings.push(
        ...[
          ...repaired.findings,
          ...check(repaired.scenario),
          ...attachProfile(repaired.scenario, directory).findings,
        ].filter((found) => !unfounded(found, [...repaired.removed, ...doubtful])),
      );
    }
  } else {
    const profiled = attachProfile(scenario, directory);
    const rules = [...check(scenario), ...profiled.findings];
    scenario = profiled.scenario;
    findings.push(...rules.filter((found) => !unfounded(found, doubtful)));
    if (findings.length === 0) findings.push(...sweepFindings(tree, scenario, parse, check));
  }
  if (findings.length > 0 || scenario === null) throw failed(placed(findings, tree), file);
  const warnings = placed(plausibility(scenario, options.families), tree).map((found) => toDiagnostic(found, file));
  return { scenario, source: { file, directory, text }, warnings };
}

export interface Parsed {
  /** Null where the schema itself is not met. */
  scenario: Scenario | null;
  findings: Finding[];
}

export type Parse = (tree: Tree) => Parsed;

const parsers = new WeakMap<Families, Parse>();

/** Building the schema costs more than using it: one per set of families. */
function parserOf(families: Families): Parse {
  const known = parsers.get(families);
  if (known !== undefined) return known;
  const schema = inputSchema(families);
  const parse: Parse = (tree) => {
    // Compiling a checker takes longer than it saves on one document.
    const result = schema.safeParse(tree.value, { jitless: true });
    if (!result.success) return { scenario: null, findings: fromIssues(result.error.issues, schema, tree) };
    const issues: never[] = [];
    const scenario = resolve(result.data as ScenarioInput, { issues });
    return { scenario, findings: fromIssues(issues, schema, tree) };
  };
  parsers.set(families, parse);
  return parse;
}

/** Whether a finding is about a value that could not be read as it was meant; that its key is unknown stays true. */
const misread = (found: Finding, unread: readonly Path[]) => found.id !== 'MB-E101' && unfounded(found, unread);

/** As many keys that stand twice as are looked into; they are all named. */
const MAX_SECOND_VALUES = 10;

/** What the schema says of values under a key that stands a second time: which of the two is meant cannot be known. */
function secondValues(tree: Tree, { again, unread }: ReadYaml, parse: Parse): Finding[] {
  return again.slice(0, MAX_SECOND_VALUES).flatMap(({ path, tree: second }) => {
    const { place, depth } = find(tree.place, path.slice(0, -1));
    const parent = path
      .slice(0, -1)
      .reduce<unknown>((at, part) => (at as Tree['value'][])?.[part as number], tree.value);
    // An override has put something else there.
    if (depth < path.length - 1 || typeof parent !== 'object' || parent === null || place.children === null) return [];
    const key = path[path.length - 1];
    const [value, where] = [(parent as Record<string, unknown>)[key], place.children.get(key)];
    (parent as Record<string, unknown>)[key] = second.value;
    place.children.set(key, second.place);
    const { findings } = parse(tree);
    (parent as Record<string, unknown>)[key] = value;
    if (where !== undefined) place.children.set(key, where);
    return findings.filter((found) => found.path !== undefined && isBelow(found.path, path) && !misread(found, unread));
  });
}

/** A rule may rest on a default: where nothing of its path was written, there is no line to show. */
function placed(findings: readonly Finding[], tree: Tree): Finding[] {
  return findings.map((found) => {
    if (found.place !== undefined || found.path === undefined) return found;
    const written = Object.hasOwn(tree.value as object, found.path[0]);
    return written ? { ...found, ...locate(tree, found.path) } : found;
  });
}

function failed(findings: readonly Finding[], file: string): UserError {
  const order = ({ place, atKey }: Finding) => (place === undefined ? Infinity : atKey ? place.keyStart : place.start);
  const seen = new Set<string>();
  const sorted = [...findings].sort((a, b) => {
    const fromFile = Number(a.place?.source.name === '--set') - Number(b.place?.source.name === '--set');
    return fromFile || order(a) - order(b) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
  });
  const diagnostics = sorted
    .map((found) => toDiagnostic(severalValues(found), file))
    .filter(({ id, file, line, column, message }) => {
      const key = [id, file, line, column, message].join('\n');
      return !seen.has(key) && seen.add(key);
    });
  return new UserError(diagnostics);
}

/** A list or a range where one value belongs: other commands, or other options, take them. */
function severalValues(found: Finding): Finding {
  const { source } = found.place ?? {};
  if (source?.name !== '--set' || found.atKey) return found;
  const [, path, value] = /^([^=]+)=(.*)$/s.exec(source.text) ?? [];
  const hint = /^[^,[{'"]+(,[^,[{'"]+)+$/.test(value ?? '')
    ? `several values are an axis of mint-bench sweep: --set ${path}=${value}`
    : /^[\d.]+[^.,]*\.\.[\d.]+[^,]*$/.test(value ?? '')
      ? `a sweep takes a list, --set ${path}=a,b,c; a range is searched: mint-bench sweep --until slo --axis ${path}=${value}`
      : undefined;
  return hint === undefined ? found : { ...found, hint: found.hint === undefined ? hint : `${found.hint}; ${hint}` };
}

function defaultName(file: string): string {
  const stem = basename(file).replace(/\.(ya?ml|json)$/i, '');
  const name = stem
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return name === '' ? 'scenario' : name;
}
