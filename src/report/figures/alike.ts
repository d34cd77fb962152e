/**
 * Series of a sweep whose lines are one line: drawn once, under a name that says of whom. A braid of them could be told apart by
 * nobody; the data beside the figure keeps each.
 */
import type { Spec } from '../render.ts';
import { ALIKE, samePlaces } from './coincide.ts';
import type { Row } from './figure.ts';

export interface Merged {
  /** Rows to draw, coincident series once and under their common name. */
  readonly rows: readonly Row[];
  /** Transforms that do the same to the figure's data. */
  readonly transform: readonly Spec[];
  readonly mark: Spec;
}

/** @param field the series' names, as they stand in the legend */
export function merged(rows: readonly Row[], field: string, x: Spec, y: Spec): Merged {
  const groups = samePlaces(rows, field, x, y).filter((group) => group.length > 1);
  if (groups.length === 0) return { rows, transform: [], mark: {} };
  const names = new Map(
    groups.map((group) => [
      group[0],
      commonName(group, sameValues(rows, field, group, x, y), [...new Set(rows.map((row) => String(row[field])))]),
    ]),
  );
  const dropped = groups.flatMap((group) => group.slice(1));
  const renamed = [...names].map(
    ([name, common]) => `datum[${JSON.stringify(field)}] == ${JSON.stringify(name)} ? ${JSON.stringify(common)} : `,
  );
  return {
    rows: rows
      .filter((row) => !dropped.includes(String(row[field])))
      .map((row) => ({ ...row, [field]: names.get(String(row[field])) ?? row[field] })),
    transform: [
      { filter: `indexof(${JSON.stringify(dropped)}, datum[${JSON.stringify(field)}]) < 0` },
      { calculate: `${renamed.join('')}datum[${JSON.stringify(field)}]`, as: field },
    ],
    mark: { description: ALIKE },
  };
}

/** Longest name of several series that spells out each. */
const LONGEST = 40;

/**
 * "GPU, rank 8" and "GPU, rank 32" → "GPU, rank 8 = 32": what differs side by side, each part once; ≈ where values differ by less
 * than can be drawn. Many settings are counted instead.
 *
 * @param all names of the plot, the group's among them
 */
export function commonName(names: readonly string[], same: boolean, all: readonly string[] = names): string {
  const sign = same ? ' = ' : ' ≈ ';
  const split = names.map((name) => name.split(', '));
  const [first] = split;
  const level = split.every((parts) => parts.length === first.length);
  const values = level ? first.map((_, at) => [...new Set(split.map((parts) => parts[at]))]) : [];
  const whole = values.reduce((product, { length }) => product * length, 1);
  const spelled =
    level && whole === names.length ? values.map((parts) => sideBySide(parts, sign)).join(', ') : names.join(sign);
  if (spelled.length <= LONGEST || names.length < 3) return spelled;
  const shared = sharedStart(split);
  const family = all.filter((name) => shared.every((part, at) => name.split(', ')[at] === part)).length;
  const count = family === names.length ? `all ${family}` : `${names.length} of ${family}`;
  return [...shared, `${sign.trim()} in ${count} settings`].join(', ');
}

/** "rank 8", "rank 32" → "rank 8 = 32": the word once. */
function sideBySide(parts: readonly string[], sign: string): string {
  const word = /^(.* )\S+$/.exec(parts[0])?.[1] ?? '';
  const short = parts.every((part) => part.startsWith(word))
    ? parts.map((part, i) => (i === 0 ? part : part.slice(word.length)))
    : parts;
  return short.join(sign);
}

function sharedStart([first, ...others]: readonly (readonly string[])[]): string[] {
  const end = first.findIndex((part, at) => others.some((other) => other[at] !== part));
  return first.slice(0, end < 0 ? first.length : end);
}

/** Whether series that lie on one another have the same values, to the last digit, with the same intervals. */
export function sameValues(rows: readonly Row[], field: string, names: readonly string[], x: Spec, y: Spec): boolean {
  const shown = [String(x.field), String(y.field), 'lo', 'hi'];
  const [first, ...others] = names.map((name) =>
    rows
      .filter((row) => String(row[field]) === name)
      .map((row) => JSON.stringify(shown.map((key) => row[key] ?? null)))
      .sort()
      .join(),
  );
  return others.every((values) => values === first);
}
