/**
 * A printed result taken apart into paragraphs and tables, for a page that shows tables as tables. What prints is laid out for a
 * screen (text-table.ts); on the screen STRUCTURED tables come out as marked JSON instead of columns, and `blocksOf` reads them back.
 */
import { stripVTControlCharacters } from 'node:util';
import type { Screen } from './text-table.ts';

export type Block =
  | { readonly kind: 'text'; readonly title: string; readonly text: string }
  | ({ readonly kind: 'table' } & StructuredTable);

export interface StructuredTable {
  /** '' where a column needs no name; empty where the table has none. */
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Columns of numbers. */
  readonly right: readonly number[];
}

/** Characters that no result holds: private use, of width 1. */
const [TABLE, BOLD, END] = ['\ue000', '\ue001', '\ue002'];

/** A screen without an end whose tables keep their structure. */
export const STRUCTURED: Screen = {
  width: Number.POSITIVE_INFINITY,
  style: (style, text) => (style === 'bold' ? `${BOLD}${text}${END}` : text),
};

const cellText = (text: string) => unmarked(stripVTControlCharacters(text)).trimEnd();
const unmarked = (text: string) => text.replaceAll(BOLD, '').replaceAll(END, '');

export function markedTable({ header, rows, right }: StructuredTable): string {
  const clean = (row: readonly string[]) => row.map(cellText);
  return `${TABLE}${JSON.stringify({ header: clean(header), rows: rows.map(clean), right })}\n`;
}

/** The parts of a text that was laid out for STRUCTURED, in order. A line that begins in bold is a part's title. */
export function blocksOf(text: string): Block[] {
  const blocks: Block[] = [];
  let lines: string[] = [];
  const flush = () => {
    const whole = lines.join('\n').replace(/^\n+|\n+$/g, '');
    lines = [];
    if (whole.trim() === '') return;
    const titled = new RegExp(`^${BOLD}([^${END}]*)${END} *`).exec(whole);
    const rest = titled === null ? whole : whole.slice(titled[0].length);
    blocks.push({ kind: 'text', title: titled?.[1] ?? '', text: unmarked(rest).replaceAll(/^ {1,2}/gm, '') });
  };
  for (const line of text.split('\n')) {
    if (line.startsWith(TABLE)) {
      flush();
      blocks.push({ kind: 'table', ...(JSON.parse(line.slice(TABLE.length)) as StructuredTable) });
    } else {
      if (line.startsWith(BOLD)) flush();
      lines.push(line);
    }
  }
  flush();
  return blocks;
}
