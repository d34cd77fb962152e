/**
 * Text → plain value with the place of every part, or findings. YAML 1.2 core schema, one document, no tags beyond the core
 * ones, unique keys, bounded depth, size and alias expansion (a "billion laughs" file is refused, a cyclic one too).
 */
import { isAlias, isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { type Finding, finding } from './findings.ts';
import { type Path, type Place, place, type SourceText } from './source-text.ts';

export const MAX_CHARACTERS = 1 << 20;
const MAX_DEPTH = 32;
const MAX_NODES = 100_000;
/** A syntax error early in a file makes more of them further down: the first few say it all. */
const MAX_SYNTAX_ERRORS = 3;

export interface Tree {
  value: unknown;
  place: Place;
}

export interface ReadYaml {
  /** Null where what follows the first finding cannot be trusted. Otherwise the rest of the file is as it was written. */
  tree: Tree | null;
  findings: Finding[];
  /** Values that could not be read as they were meant: what else seems wrong with them says nothing. */
  unread: Path[];
  /** Second values of a key, with its path. The tree has the first. */
  again: { path: Path; tree: Tree }[];
}

const CORE_TAG = /^(!|tag:yaml\.org,2002:(str|int|float|bool|null|map|seq))$/;

const FRIENDLY: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indentation must be spaces, this line is indented with a tab',
  MULTIPLE_DOCS: 'a file holds one scenario; a second document starts here',
  BAD_INDENT: 'the indentation fits neither the line above nor its parent',
  MISSING_CHAR: 'a character is missing here (a colon, comma, quote or bracket)',
  BLOCK_AS_IMPLICIT_KEY: 'a nested map must start on its own line, or a colon here needs quotes',
  BAD_ALIAS: 'this alias names an anchor that is not defined above',
};

/** `offset` shifts places, where `text` is a part of `source`. */
export function readYaml(source: SourceText, text = source.text, offset = 0): ReadYaml {
  const findings: Finding[] = [];
  const unread: Path[] = [];
  const again: { path: Path; tree: Tree }[] = [];
  const nothing = { tree: null, findings, unread, again };
  const whole = place(source, offset, offset + text.length);
  const fail = (id: string, message: string, start = 0, end = start + 1, hint?: string) => {
    findings.push(finding(id, message, { place: place(source, offset + start, offset + end), hint }));
  };
  if (text.length > MAX_CHARACTERS) {
    fail('MB-E003', `the file is larger than ${MAX_CHARACTERS >> 20} MiB, which no scenario needs`);
    return nothing;
  }
  // The parser recurses: brackets nested beyond any sense are refused before it sees them.
  const document = nesting(text) > 10 * MAX_DEPTH ? null : parse(text);
  if (document === null) {
    fail('MB-E009', 'the file is nested too deeply');
    return nothing;
  }
  for (const error of document.errors.slice(0, MAX_SYNTAX_ERRORS)) {
    const undefinedAnchor = /Unresolved alias/.test(error.message);
    const friendly = undefinedAnchor ? FRIENDLY.BAD_ALIAS : FRIENDLY[error.code];
    fail(
      error.code === 'MULTIPLE_DOCS' ? 'MB-E012' : 'MB-E004',
      friendly ?? firstSentence(error.message),
      error.pos[0],
      error.pos[1],
    );
  }
  if (findings.length > 0) return nothing;
  for (const warning of document.warnings)
    fail('MB-E011', 'custom tags are not allowed in a scenario', warning.pos[0], warning.pos[1]);
  if (document.contents === null) return { ...nothing, tree: { value: null, place: whole } };
  /** What makes the rest of the file depend on how it is read. */
  let broken = false;
  const broke = (...problem: Parameters<typeof fail>) => {
    broken = true;
    fail(...problem);
  };

  const open = new Set<Node>();
  let nodes = 0;
  const convert = (node: Node | null, depth: number, path: Path): Tree => {
    if (node === null) return { value: null, place: place(source, offset, offset + 1) };
    const [start, end] = node.range ?? [0, 1];
    const here = place(source, offset + start, offset + Math.max(end, start + 1));
    if (nodes > MAX_NODES) return { value: null, place: here };
    if (++nodes > MAX_NODES) {
      broke('MB-E009', `aliases expand the file to more than ${MAX_NODES.toLocaleString('en')} values`, start, end);
    } else if (depth > MAX_DEPTH) {
      broke('MB-E009', `the file is nested more than ${MAX_DEPTH} levels deep`, start, end);
    } else if (open.has(node)) {
      broke('MB-E010', 'this value contains itself', start, end);
    } else if (isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) broke('MB-E004', FRIENDLY.BAD_ALIAS, start, end);
      else if (open.has(target)) broke('MB-E010', 'this alias names a value that contains it', start, end);
      else {
        const tree = convert(target, depth + 1, path);
        return { value: tree.value, place: { ...here, children: tree.place.children } };
      }
    } else {
      if (node.tag !== undefined && !CORE_TAG.test(node.tag)) {
        unread.push(path);
        // Most of them the parser has complained about itself.
        if (document.warnings.length === 0) fail('MB-E011', 'custom tags are not allowed in a scenario', start, end);
      }
      open.add(node);
      const tree =
        isMap(node) || isSeq(node)
          ? collection(node, here, depth, path)
          : { value: scalar(node, start, end, path), place: here };
      open.delete(node);
      return tree;
    }
    return { value: null, place: here };
  };
  const collection = (node: Node, here: Place, depth: number, path: Path): Tree => {
    here.children = new Map();
    if (isSeq(node)) {
      const list: unknown[] = [];
      for (const item of node.items) {
        const child = convert(item as Node | null, depth + 1, [...path, list.length]);
        here.children.set(list.length, child.place);
        list.push(child.value);
      }
      return { value: list, place: here };
    }
    const map: Record<string, unknown> = {};
    if (!isMap(node)) return { value: map, place: here };
    for (const pair of node.items) {
      const keyNode = pair.key as Node | null;
      const [keyStart, keyEnd] = keyNode?.range ?? [0, 1];
      const key = isScalar(keyNode) && keyNode.value !== null ? String(keyNode.source ?? keyNode.value) : null;
      if (key === null) {
        fail('MB-E013', 'a key must be plain text', keyStart, keyEnd);
        continue;
      }
      if (key === '__proto__' || key === '<<') {
        fail(
          'MB-E013',
          `the key "${key}" is not allowed`,
          keyStart,
          keyEnd,
          key === '<<' ? 'repeat the fields, or alias the whole value' : undefined,
        );
        continue;
      }
      const child = convert(pair.value as Node | null, depth + 1, [...path, key]);
      if (pair.value === null || (pair.value as Node).range?.[0] === (pair.value as Node).range?.[1]) {
        child.place.start = offset + keyStart;
        child.place.end = offset + keyEnd;
      }
      child.place.keyStart = offset + keyStart;
      child.place.keyEnd = offset + keyEnd;
      if (Object.hasOwn(map, key)) {
        again.push({ path: [...path, key], tree: child });
        const first = here.children.get(key)!;
        fail(
          'MB-E005',
          `the key "${key}" stands here a second time`,
          keyStart,
          keyEnd,
          `the first is on line ${source.at(first.keyStart, first.keyEnd).line}`,
        );
      } else {
        here.children.set(key, child.place);
        map[key] = child.value;
      }
    }
    return { value: map, place: here };
  };
  const scalar = (node: Node, start: number, end: number, path: Path): unknown => {
    if (!isScalar(node)) return null;
    if (typeof node.value === 'number') {
      const written = node.source ?? '';
      const digits = /^[+-]?\d+$/.test(written);
      if (!Number.isFinite(node.value) && /^[+-]?\d/.test(written)) {
        unread.push(path);
        fail('MB-E014', `the number ${clip(written)} is too large`, start, end);
      } else if (digits && !Number.isSafeInteger(node.value)) {
        unread.push(path);
        fail(
          'MB-E014',
          `the whole number ${clip(written)} is beyond 2^53 and would be rounded`,
          start,
          end,
          'write it as 1e18, or in quotes where it is a name or a seed',
        );
      }
    }
    return node.value;
  };
  const tree = convert(document.contents as Node, 0, []);
  return broken ? nothing : { tree, findings, unread, again };
}

const clip = (text: string) => (text.length > 40 ? `${text.slice(0, 37)}…` : text);

const firstSentence = (message: string) => message.split('\n')[0].replace(/\.$/, '');

function parse(text: string) {
  try {
    // uniqueKeys compares each key with all others; `collection` finds duplicates in linear time instead.
    return parseDocument(text, {
      version: '1.2',
      schema: 'core',
      uniqueKeys: false,
      prettyErrors: false,
      logLevel: 'error',
    });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/**
 * An upper bound on how deep the parser would have to go: brackets, indicators in a row (`- - - `), and indentation (the
 * parser builds expressions as long as that). Brackets inside quotes and comments count too, which only errs on the safe side.
 */
function nesting(text: string): number {
  let deepest = 0;
  let brackets = 0;
  /** Indicators and spaces since the line began; −1 once anything else has come. */
  let indicators = 0;
  let spaces = 0;
  /** `: ` on the line, each of which may open a map. A flow map of hundreds of fields is not deep, so these count little. */
  let colons = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '\n') {
      indicators = 0;
      spaces = 0;
      colons = 0;
      continue;
    }
    if (character === '[' || character === '{') deepest = Math.max(deepest, ++brackets);
    else if (character === ']' || character === '}') brackets = Math.max(0, brackets - 1);
    else if (character === ':' && text[i + 1] === ' ') deepest = Math.max(deepest, ++colons >> 3);
    if (indicators < 0) continue;
    if (character === '-' || character === '?' || character === ':') deepest = Math.max(deepest, ++indicators);
    else if (character === ' ' || character === '\t') deepest = Math.max(deepest, ++spaces);
    else indicators = -1;
  }
  return deepest;
}
