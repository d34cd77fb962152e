/** Every field of a scenario by its dotted path, read off the JSON Schema that editors use. */
import type { Item, Kind } from './catalog.ts';

interface Node {
  description?: string;
  default?: unknown;
  enum?: unknown[];
  $ref?: string;
  allOf?: Node[];
  anyOf?: Node[];
  properties?: Record<string, Node>;
  items?: Node;
  definitions?: Record<string, Node>;
}

export async function fieldItems(): Promise<Item[]> {
  const [{ scenarioJsonSchema }, { FAMILIES }, { KINDS }] = await Promise.all([
    import('../scenario/json-schema.ts'),
    import('../run/families.ts'),
    import('./catalog.ts'),
  ]);
  const items: Item[] = [];
  walk(scenarioJsonSchema(FAMILIES) as Node, '', items, KINDS);
  return items;
}

function walk(node: Node, path: string, items: Item[], kinds: readonly Kind[]): void {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const at = path === '' ? key : `${path}.${key}`;
    // Ranks and modules have definitions too, and no names to choose from.
    const definition = child.allOf?.[0]?.$ref?.replace('#/definitions/', '');
    const kind = kinds.find(({ name, form = name }) => form === definition)?.name;
    items.push({
      name: at,
      summary: (child.description ?? 'Group of fields').replace(/\.$/, ''),
      facts: [
        ['default', child.default === undefined ? '' : JSON.stringify(child.default)],
        ['values', child.enum === undefined ? '' : child.enum.join(', ')],
        ['choose from', kind === undefined ? '' : `mint-bench list ${kind}`],
      ],
      usage: `--set ${at}=…`,
    });
    for (const option of [child, ...(child.anyOf ?? [])]) {
      walk(option, at, items, kinds);
      if (option.items !== undefined) walk(option.items, `${at}[]`, items, kinds);
    }
  }
}
