/** `list [kind]`: what there is, by name. */

import { table } from '../../report/text-table.ts';
import { nearest, suggest } from '../../scenario/findings.ts';
import { FAMILY_TITLES, KINDS } from '../catalog.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../parse.ts';

const names = KINDS.map((kind) => kind.name);

const families = Object.keys(FAMILY_TITLES);
/** Words for several kinds, or for one that is called otherwise. */
const ALSO: Readonly<Record<string, readonly string[]>> = { policies: families, codes: ['error-codes'] };

/** The kind whose name is near, else the kinds whose title has a word near to it: `policies` are of five kinds. */
function kindHint(wanted: string): string | undefined {
  if (nearest(wanted, names) !== undefined) return suggest(wanted, names);
  const titled = KINDS.filter(({ title }) => nearest(wanted, words(title)) !== undefined).map(({ name }) => name);
  return titled.length === 0 ? suggest(wanted, names) : `did you mean one of ${titled.join(', ')}?`;
}

/** Of five letters and more: shorter ones are near to anything. */
const words = (title: string): string[] => title.match(/[a-z]{5,}/gi) ?? [];

export const command: Command = {
  positionals: {
    kind: {
      type: 'string',
      describe: `One of ${names.join(', ')}; policies: every family of them`,
      completes: [...names, ...Object.keys(ALSO)],
    },
  },
  options: { names: { type: 'boolean', default: false, describe: 'Only the names, one a line' } },
  examples: [
    ['list', 'the kinds'],
    ['list eviction', 'eviction policies'],
    ['list policies', 'every family of policies and laws'],
    ['list metrics --json', 'for scripts'],
  ],
  async run(args, { terminal, json }) {
    const wanted = args.kind as string | undefined;
    const meant = wanted === undefined ? names : (ALSO[wanted] ?? [wanted]);
    if (!meant.every((name) => names.includes(name))) {
      throw new UsageError(`there is no kind ${JSON.stringify(wanted)}`, kindHint(wanted as string));
    }
    const kinds = KINDS.filter((kind) => meant.includes(kind.name));
    const loaded = await Promise.all(kinds.map(async (kind) => ({ ...kind, items: await kind.items() })));
    if (json) {
      terminal.outJson(
        loaded.map(({ name, title, items }) => ({
          kind: name,
          title,
          items: items.map((item) => ({ name: item.name, summary: item.summary })),
        })),
      );
    } else if (args.names === true) {
      terminal.out(loaded.flatMap(({ items }) => items.map((item) => `${item.name}\n`)).join(''));
    } else if (wanted === undefined) {
      const rows = loaded.map(({ name, title, items }) => [name, String(items.length), title]);
      terminal.out(
        table(rows, { header: ['kind', 'members', ''], right: [1], width: terminal.screen, style: terminal.styleOut }),
      );
      terminal.out('\nmint-bench list <kind> shows the members, mint-bench explain <name> one of them.\n');
    } else {
      const blocks = loaded.map(({ title, items }) => {
        const rows = items.map((item) => [item.name, item.summary]);
        const text = rows.length === 0 ? '' : table(rows, { width: terminal.screen, style: terminal.styleOut });
        return loaded.length === 1 ? text : `${terminal.styleOut('bold', title)}\n${text}`;
      });
      terminal.out(blocks.join('\n'));
    }
    return undefined;
  },
};
