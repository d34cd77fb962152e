/**
 * Series of a sweep whose lines are one line: drawn once, under a name that says of whom. A braid of them could be told apart by
 * nobody; the data beside the figure keeps each.
 */
import type { Spec } from '../render.ts';
import { samePlaces } from './coincide.ts';
import type { Row } from './figure.ts';

/** Marks a view that draws several series as one. */
const ALIKE = 'series that coincide are drawn as one';
const NOTE = 'Series whose lines coincide are drawn as one, which names them all; the data holds each.';

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
  const names = new Map(groups.map((group) => [group[0], commonName(group)]));
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

/** "GPU, rank 8" and "GPU, rank 32" → "GPU, rank 8 = 32"; what differs in more stands side by side. */
export function commonName(names: readonly string[]): string {
  const families = new Map<string, string[][]>();
  for (const name of names) {
    const parts = name.split(', ');
    const family = JSON.stringify(parts.slice(0, -1));
    families.set(family, [...(families.get(family) ?? []), parts]);
  }
  return [...families.values()]
    .map((family) => {
      const lasts = family.map((parts) => parts[parts.length - 1]);
      // "rank 8", "rank 32": the word once.
      const word = /^(.* )\S+$/.exec(lasts[0])?.[1] ?? '';
      const short = lasts.every((last) => last.startsWith(word))
        ? lasts.map((last, i) => (i === 0 ? last : last.slice(word.length)))
        : lasts;
      return [...family[0].slice(0, -1), short.join(' = ')].join(', ');
    })
    .join(' = ');
}

export function mergedReading(howToRead: string, spec: Spec): string {
  return drawsMerged(spec) ? `${howToRead} ${NOTE}` : howToRead;
}

function drawsMerged(spec: unknown): boolean {
  if (typeof spec !== 'object' || spec === null) return false;
  if ((spec as { description?: unknown }).description === ALIKE) return true;
  return ['layer', 'hconcat', 'vconcat'].some((parts) => {
    const views = (spec as Record<string, unknown>)[parts];
    return Array.isArray(views) && views.some(drawsMerged);
  });
}
