/** The base unit of a scenario's field by its path, read off the JSON Schema that editors use: what a bare number there is in. */
import { scenarioJsonSchema } from './json-schema.ts';
import { parsePath } from './overrides.ts';
import type { Families } from './schema.ts';
import { BASE_UNITS } from './units.ts';

interface Node {
  readonly type?: string;
  readonly title?: string;
  readonly $ref?: string;
  readonly allOf?: readonly Node[];
  readonly anyOf?: readonly Node[];
  readonly properties?: Readonly<Record<string, Node>>;
  readonly items?: Node;
  readonly additionalProperties?: Node | boolean;
  readonly definitions?: Readonly<Record<string, Node>>;
}

/** Building the schema costs more than looking into it. */
const schemas = new WeakMap<Families, Node>();

/** `B`, `s`, `1/s`, `B/s`, `fraction`, …; null for a plain number, for names and groups, and for a path that no scenario has. */
export function fieldUnit(path: string, families: Families): string | null {
  const segments = parsePath(path);
  if (!Array.isArray(segments)) return null;
  const schema = schemas.get(families) ?? (scenarioJsonSchema(families) as Node);
  schemas.set(families, schema);
  const keys = segments.map(({ key }) => key);
  const titles = leaves(schema, keys, schema).flatMap(({ title }) => title ?? []);
  return titles.map((title) => BASE_UNITS.get(title)).find((unit) => unit !== undefined) ?? null;
}

/** Every form that the field at the end of the keys may have. */
function leaves(node: Node, keys: readonly (string | number)[], root: Node): Node[] {
  const target = node.$ref === undefined ? undefined : root.definitions?.[node.$ref.replace('#/definitions/', '')];
  const forms = [...(target === undefined ? [] : [target]), ...(node.allOf ?? []), ...(node.anyOf ?? [])];
  const inForms = forms.flatMap((form) => leaves(form, keys, root));
  const [first, ...rest] = keys;
  if (first === undefined) return [node, ...inForms];
  // Members of a list go by their position or by their name, those of a map by their key.
  const child = node.properties?.[first] ?? node.items ?? node.additionalProperties;
  return typeof child === 'object' ? [...leaves(child, rest, root), ...inForms] : inForms;
}
