/** `explain <thing>`: anything that `list` knows, by name, group of metrics, end of a field's path, or `kind/name`. */
import { explainMetric } from '../../metrics/catalog/index.ts';
import { fold } from '../../report/text-table.ts';
import { nearest } from '../../scenario/findings.ts';
import { type Item, KINDS, type Kind } from '../catalog.ts';
import type { Command, Context } from '../command.ts';
import { withParts } from '../metric-names.ts';
import { UsageError } from '../parse.ts';

interface Found {
  kind: Kind;
  item: Item;
}

export const command: Command = {
  positionals: {
    thing: {
      type: 'string',
      array: true,
      describe: 'A name, or kind/name where several kinds share it',
      completes: 'names',
    },
  },
  examples: [
    ['explain ttft', 'the metrics of time to first token'],
    ['explain lru', 'an eviction policy'],
    ['explain kimi-k2', 'a base model'],
    ['explain exit-codes/3', 'an exit code'],
  ],
  async run(args, context) {
    const all = await everything();
    const found: Found[] = [];
    const unknown: UsageError[] = [];
    for (const thing of args.thing as string[]) {
      const items = find(thing, all);
      if (items instanceof UsageError) unknown.push(items);
      else found.push(...items);
    }
    // With --json, stdout is the failure's alone.
    const first = unknown.length < 2 ? unknown[0] : together(unknown);
    if (first !== undefined && (context.json || found.length === 0)) throw first;
    if (context.json) {
      context.terminal.outJson(
        found.map(({ kind, item }) => ({
          kind: kind.name,
          name: item.name,
          summary: item.summary,
          ...(item.text === undefined ? {} : { text: item.text }),
          facts: Object.fromEntries(item.facts.filter(([, value]) => value !== '')),
          ...(item.usage === undefined ? {} : { usage: item.usage }),
        })),
      );
    } else {
      context.terminal.out(found.map((one) => render(one, context)).join('\n'));
      if (first !== undefined) throw first;
    }
    return undefined;
  },
};

const together = (unknown: readonly UsageError[]): UsageError =>
  new UsageError(unknown.map(({ message, hint }) => `${message} (${hint})`).join('\n  '));

async function everything(): Promise<Found[]> {
  const lists = await Promise.all(
    KINDS.map(async (kind) => (await kind.items()).map((item): Found => ({ kind, item }))),
  );
  return lists.flat();
}

function find(thing: string, all: readonly Found[]): Found[] | UsageError {
  const slash = thing.indexOf('/');
  const kindName = slash < 0 ? undefined : KINDS.find((kind) => kind.name === thing.slice(0, slash))?.name;
  const name = (kindName === undefined ? thing : thing.slice(slash + 1)).toLowerCase();
  const candidates = all.filter(({ kind }) => kindName === undefined || kind.name === kindName);
  const exact = candidates.filter(({ item }) => item.name.toLowerCase() === name);
  if (exact.length > 0) return exact;
  const group = explainMetric(name);
  const grouped = candidates.filter(
    ({ kind, item }) => kind.name === 'metrics' && group.some((metric) => metric.name === item.name),
  );
  if (grouped.length > 0) return grouped;
  const whole = all.filter(({ kind }) => kind.name === name);
  if (whole.length > 0) return whole;
  const fields = candidates.filter(({ kind, item }) => kind.name === 'fields' && item.name.endsWith(`.${name}`));
  if (fields.length > 0) return fields;
  const names = new Set(all.map(({ item }) => item.name));
  const near = nearest(name, names);
  // A metric's name also says its unit and its statistic, which are easily left out.
  const likely = [...new Set([...(near === undefined ? [] : [near]), ...withParts(name, names)])].slice(0, 4);
  return new UsageError(
    `nothing is called ${JSON.stringify(thing)}`,
    likely.length === 0 ? 'mint-bench list shows what there is' : `did you mean ${likely.join(' or ')}?`,
  );
}

function render({ kind, item }: Found, { terminal }: Context): string {
  const width = Math.min(terminal.width, 100);
  const paint = terminal.styleOut;
  const parts = [`${paint('bold', item.name)}  ${paint('dim', kind.title)}\n`];
  if (item.text?.startsWith(item.summary) !== true) parts.push(fold(item.summary, width, '  '));
  if (item.text !== undefined) parts.push(fold(item.text, width, '  '));
  const facts = item.facts.filter(([, value]) => value !== '');
  const label = Math.max(0, ...facts.map(([name]) => name.length));
  for (const [name, value] of facts) {
    const indent = ' '.repeat(label + 4);
    parts.push(`  ${name.padEnd(label)}  ${fold(value, width, indent).slice(indent.length)}`);
  }
  if (item.usage !== undefined) parts.push(`  ${paint('cyan', item.usage)}\n`);
  return parts.join('');
}
