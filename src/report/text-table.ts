/** Text on a screen of so many columns: aligned tables that fold where they are wider, paragraphs that break at spaces. */
import { stripVTControlCharacters, type styleText } from 'node:util';
import { markedTable, STRUCTURED } from './blocks.ts';

export type Style = Parameters<typeof styleText>[0];

/** Columns of a screen that is not known: of a pipe, a file, a log. */
export const COLUMNS = 80;

/** What text is laid out for: a screen's columns, and what may colour it. */
export interface Screen {
  readonly width: number;
  readonly style: (style: Style, text: string) => string;
}

/** A file, or a pipe. */
export const PLAIN: Screen = { width: COLUMNS, style: (_style, text) => text };

/** Columns that text takes, escape sequences left out. */
export const textWidth = (text: string): number => [...stripVTControlCharacters(text)].length;

const pad = (text: string, width: number, right: boolean) => {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  return right ? space + text : text + space;
};

export interface TableOptions {
  readonly header?: readonly string[];
  /** Columns whose text stands at the right (numbers). */
  readonly right?: readonly number[];
  readonly indent?: number;
  /** Columns of the screen; without it every row is one line, however long. */
  readonly width?: number;
  /** First columns, which say what a row is: repeated where a table is too wide and goes on below itself. Default: 1. */
  readonly keys?: number;
  readonly style?: (style: Style, text: string) => string;
}

/** A last column of text is not folded to less than this: a word a line is worse than the terminal's own wrapping. */
const NARROWEST = 24;
/** Between columns. */
const GAP = 2;
/** Lines of a heading, tried in this order until the table fits. */
const HEIGHTS = [1, 2, 3] as const;

/**
 * Rows as aligned columns, each line ended; no trailing spaces. Wider than the screen, headings break into lines first, then the last
 * column of text folds; what is still too wide goes on below, with the first columns repeated. Nothing is cut.
 */
export function table(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const { header, right = [], indent = 0, width, keys = 1, style = (_style, text) => text } = options;
  if (style === STRUCTURED.style) return markedTable({ header: header ?? [], rows, right });
  const columns = Math.max(0, header?.length ?? 0, ...rows.map((row) => row.length));
  const body = Array.from({ length: columns }, (_, c) => Math.max(0, ...rows.map((row) => textWidth(row[c] ?? ''))));
  const layout: Layout = { right, indent, style };
  const all = Array.from({ length: columns }, (_, c) => c);
  const last = columns - 1;
  const text = !right.includes(last);
  // The last column's width where it stands behind others: what they leave, if that is enough to read.
  const fitted = (widths: readonly number[], shown: readonly number[]): number[] => {
    if (width === undefined || !text || shown.at(-1) !== last) return [...widths];
    const left = width - total(widths, shown.slice(0, -1), indent) - GAP;
    return left < NARROWEST || left >= widths[last] ? [...widths] : widths.with(last, left);
  };
  for (const height of HEIGHTS) {
    const heading = header?.map((name, c) => headingLines(name, body[c], height));
    const widths = fitted(widthsOf(body, heading), all);
    if (width === undefined || total(widths, all, indent) <= width || columns <= keys + 1)
      return block(folded(rows, widths, last), heading, widths, all, layout);
  }
  const heading = header?.map((name, c) => headingLines(name, body[c], HEIGHTS[1]));
  const natural = widthsOf(body, heading);
  const split = (limit: number): number[][] => {
    const groups: number[][] = [];
    for (let at = keys; at < columns; ) {
      const shown = [...all.slice(0, keys), at++];
      while (at < columns && total(fitted(natural, [...shown, at]), [...shown, at], indent) <= limit) shown.push(at++);
      // A last column that says nothing needs no place of its own.
      if (shown.length > keys + 1 || natural[shown[keys]] > 0) groups.push(shown);
    }
    return groups;
  };
  // As many parts as it takes, and as even as they can be.
  let groups = split(width!);
  for (let limit = width! - 1, next = groups; next.length === groups.length && limit > 0; next = split(limit--))
    groups = next;
  return groups
    .map((shown) => {
      const widths = fitted(natural, shown);
      return block(folded(rows, widths, last), heading, widths, shown, layout);
    })
    .join('\n');
}

interface Layout {
  readonly right: readonly number[];
  readonly indent: number;
  readonly style: (style: Style, text: string) => string;
}
/** Cells of several lines, one array a cell. */
type Heading = readonly (readonly string[])[];

const widthsOf = (body: readonly number[], heading: Heading | undefined): number[] =>
  body.map((width, c) => Math.max(width, ...(heading?.[c] ?? []).map(textWidth)));

const total = (widths: readonly number[], shown: readonly number[], indent: number): number =>
  indent + shown.reduce((sum, c) => sum + widths[c], 0) + GAP * Math.max(0, shown.length - 1);

/** Rows whose last cell has line breaks where it is too wide. */
function folded(rows: readonly (readonly string[])[], widths: readonly number[], last: number) {
  return rows.map((row) =>
    textWidth(row[last] ?? '') <= widths[last] ? row : [...row.slice(0, last), fold(row[last], widths[last]).trimEnd()],
  );
}

function block(
  rows: readonly (readonly string[])[],
  heading: Heading | undefined,
  widths: readonly number[],
  shown: readonly number[],
  { right, indent, style }: Layout,
): string {
  const line = (row: (c: number) => string | undefined) =>
    ' '.repeat(indent) + shown.map((c) => pad(row(c) ?? '', widths[c], right.includes(c))).join(' '.repeat(GAP));
  const lines: string[] = [];
  const high = Math.max(0, ...shown.map((c) => heading?.[c]?.length ?? 0));
  // Headings stand on the rows, whatever their height.
  for (let i = high; i > 0; i--) lines.push(style('bold', line((c) => heading?.[c]?.at(-i)).trimEnd()));
  for (const row of rows) {
    const parts = shown.map((c) => (row[c] ?? '').split('\n'));
    for (let i = 0; i < Math.max(1, ...parts.map(({ length }) => length)); i++)
      lines.push(line((c) => parts[shown.indexOf(c)][i]).trimEnd());
  }
  return lines.map((text) => `${text}\n`).join('');
}

/** A heading on at most `height` lines as narrow as that allows, broken at spaces and behind `_` and `.`. */
function headingLines(name: string, width: number, height: number): string[] {
  const words = name.match(/[^ _.]+[_.]?|[ _.]/g) ?? [''];
  let most = Math.max(width, ...words.map((word) => textWidth(word)));
  for (;;) {
    const lines = [''];
    for (const word of words) {
      const grown = lines[lines.length - 1] + word;
      if (textWidth(grown.trim()) <= most) lines[lines.length - 1] = grown;
      else lines.push(word);
    }
    if (lines.length <= height) return lines.map((text) => text.trim());
    most++;
  }
}

/** Text folded at spaces to at most `width` columns, continuation lines indented. */
export function fold(text: string, width: number, indent = ''): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && textWidth(line) + 1 + textWidth(word) > width - indent.length) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line].map((one) => `${indent}${one}\n`).join('');
}
