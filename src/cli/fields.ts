/** Every field of a scenario by its dotted path, read off the JSON Schema that editors use. */
import type { Item } from './catalog.ts';

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
  const [{ scenarioJsonSchema }, { FAMILIES }] = await Promise.all([
    import('../scenario/json-schema.ts'),
    import('../run/families.ts'),
  ]);
  const items: Item[] = [];
  walk(scenarioJsonSchema(FAMILIES) as Node, '', items);
  return items;
}

function walk(node: Node, path: string, items: Item[]): void {
  for (const [key, child] of Object.entries(node.properties ?? {})) {
    const at = path === '' ? key : `${path}.${key}`;
    const family = child.allOf?.[0]?.$ref?.replace('#/definitions/', '') ?? '';
    items.push({
      name: at,
      summary: (child.description ?? 'Group of fields').replace(/\.$/, ''),
      facts: [
        ['default', child.default === undefined ? '' : JSON.stringify(child.default)],
        ['values', child.enum === undefined ? '' : child.enum.join(', ')],
        ['choose from', family === '' ? '' : `mint-bench list ${family}`],
      ],
      usage: `--set ${at}=…`,
    });
    for (const option of [child, ...(child.anyOf ?? [])]) {
      walk(option, at, items);
      if (option.items !== undefined) walk(option.items, `${at}[]`, items);
    }
  }
}
