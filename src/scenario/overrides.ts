/**
 * Values from outside the file: `--set hardware.replicas=16`, and the axes of a sweep. Paths are dotted, with list positions
 * or the names of list members in brackets: `population.cohorts[0].rate`, `population.cohorts[chat].rate`.
 */
import { type Finding, finding, nearest } from './findings.ts';
import { type Place, place, SourceText } from './source-text.ts';
import { readYaml, type Tree } from './yaml.ts';

export interface Override {
  path: string;
  /** Text is read as YAML, like the right side of `--set`; anything else is taken as it is. */
  value: unknown;
}

interface Segment {
  /** A number addresses a position, `named` a list member by its name or a map's key. */
  key: string | number;
  start: number;
  end: number;
}

const SEGMENT = /\.?([^.[\]=\s]+)|\[([^\]]*)\]/y;

/**
 * Where a short form stands and a path goes below it, the short form becomes this key: `popularity: zipf` with
 * `popularity.exponent` set is `{law: zipf, exponent: …}`.
 */
const LONG_FORM: Readonly<Record<string, string>> = {
  popularity: 'law',
  drift: 'law',
  prompt_tokens: 'law',
  output_tokens: 'law',
  turns: 'law',
  think_time: 'law',
  burstiness: 'law',
  arrivals: 'mode',
  eviction: 'policy',
  prefetch: 'policy',
  routing: 'policy',
  scheduling: 'policy',
  admission: 'policy',
  cost: 'model',
  updates: 'law',
  training: 'law',
  after: 'law',
  base: 'preset',
  gpu: 'preset',
};

export function parsePath(path: string): Segment[] | { at: number } {
  const segments: Segment[] = [];
  SEGMENT.lastIndex = 0;
  while (SEGMENT.lastIndex < path.length) {
    const from = SEGMENT.lastIndex;
    const match = SEGMENT.exec(path);
    const text = match?.[1] ?? match?.[2] ?? '';
    if (match === null || text === '' || text === '__proto__' || (segments.length === 0 && path[from] === '.'))
      return { at: from };
    const key = match[2] !== undefined && /^\d+$/.test(text) ? Number(text) : text;
    const start = from + (match[0].length - text.length - (match[2] === undefined ? 0 : 1));
    segments.push({ key, start, end: start + text.length });
  }
  return segments.length === 0 ? { at: 0 } : segments;
}

/** Splits `path=value`, or null where there is no equals sign. */
export function parseOverride(text: string): Override | null {
  const equals = text.indexOf('=');
  return equals < 1 ? null : { path: text.slice(0, equals).trim(), value: text.slice(equals + 1) };
}

/** Writes the override into `tree`, in place; returns what is wrong with it. */
export function applyOverride(tree: Tree, override: Override, origin = '--set'): Finding[] {
  const written = typeof override.value === 'string' ? override.value : (JSON.stringify(override.value) ?? 'null');
  const source = new SourceText(origin, `${override.path}=${written}`);
  const valueStart = override.path.length + 1;
  const fail = (id: string, message: string, start: number, end: number, hint?: string) => [
    finding(id, message, { place: place(source, start, end), hint }),
  ];
  const segments = parsePath(override.path);
  if (!Array.isArray(segments)) {
    return fail(
      'MB-E301',
      'this is not a path into a scenario',
      segments.at,
      source.text.length,
      'for instance population.cohorts[0].rate',
    );
  }
  let value: Tree;
  if (typeof override.value === 'string') {
    const read = readYaml(source, override.value, valueStart);
    if (read.tree === null || read.findings.length > 0) return read.findings;
    value = read.tree;
  } else {
    value = { value: override.value, place: place(source, valueStart, source.text.length) };
  }
  const last = segments[segments.length - 1];
  value.place.keyStart = last.start;
  value.place.keyEnd = last.end;

  let at: Tree = tree;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i];
    if (Array.isArray(at.value)) {
      const index = member(at.value, segment.key);
      if (index === null) {
        const names = at.value
          .map((item) => (item as { name?: unknown } | null)?.name)
          .filter((name) => typeof name === 'string');
        const near = typeof segment.key === 'string' ? nearest(segment.key, names) : undefined;
        const hint =
          near !== undefined ? `did you mean ${near}?` : names.length > 0 ? `it has ${names.join(', ')}` : undefined;
        return fail(
          'MB-E302',
          `the list has ${at.value.length} members and none is [${segment.key}]`,
          segment.start,
          segment.end,
          hint,
        );
      }
      segment.key = index;
    } else if (typeof at.value !== 'object' || at.value === null) {
      const before = segments.slice(0, i).map(({ key }) => key);
      return fail('MB-E302', `${before.join('.')} is a value and has nothing below it`, segment.start, segment.end);
    } else {
      segment.key = String(segment.key);
    }
    if (i === segments.length - 1) put(at, segment.key, value);
    else at = descend(at, segment, source);
  }
  return [];
}

/** Index of a list member by position (one past the end appends) or by its `name`. */
function member(list: unknown[], key: string | number): number | null {
  if (typeof key === 'number') return key <= list.length ? key : null;
  const index = list.findIndex((item) => (item as { name?: unknown } | null)?.name === key);
  return index === -1 ? null : index;
}

function put(parent: Tree, key: string | number, child: Tree): void {
  (parent.value as Record<string | number, unknown>)[key] = child.value;
  parent.place.children ??= new Map();
  parent.place.children.set(key, child.place);
}

/** The child to go on from: what is there, a short form made long, or a new map. */
function descend(parent: Tree, segment: Segment, source: SourceText): Tree {
  const { key } = segment;
  const current = (parent.value as Record<string | number, unknown>)[key];
  const known = parent.place.children?.get(key);
  if (typeof current === 'object' && current !== null && known !== undefined) {
    // Anchors make parts of the file share one value: a change here must not show there.
    const own = {
      value: Array.isArray(current) ? [...current] : { ...current },
      place: { ...known, children: new Map(known.children) },
    };
    put(parent, key, own);
    return own;
  }
  const longKey = LONG_FORM[key];
  const isShort = typeof current === 'string' && longKey !== undefined;
  if (current !== undefined && current !== null && !isShort) return { value: current, place: known ?? parent.place };
  const at: Place = known ?? { ...place(source, segment.start, segment.end) };
  const fresh: Tree = {
    value: isShort ? { [longKey]: current } : {},
    place: { ...at, children: isShort ? new Map([[longKey, { ...at, children: null }]]) : new Map() },
  };
  put(parent, key, fresh);
  return fresh;
}
