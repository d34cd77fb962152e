/**
 * The summary on stdout: verdict, thresholds first, headline numbers, one row a cohort. The same text for the same run; colour
 * and characters beyond ASCII are the caller's choice.
 */
import { stripVTControlCharacters, styleText } from 'node:util';
import type { Digest } from './digest.ts';

export interface TerminalOptions {
  readonly color: boolean;
  /** Only ASCII characters: for terminals and logs without UTF-8. */
  readonly ascii: boolean;
}

type Style = Parameters<typeof styleText>[0];

const MARKS = { pass: ['✓', 'ok'], warn: ['!', '!!'], fail: ['✗', 'XX'] } as const;
const STYLES = { pass: 'green', warn: 'yellow', fail: 'red' } as const;

export function terminalSummary(digest: Digest, options: TerminalOptions): string {
  const style = (kind: Style, text: string): string =>
    options.color ? styleText(kind, text, { validateStream: false }) : text;
  const mark = (status: keyof typeof MARKS): string => style(STYLES[status], MARKS[status][options.ascii ? 1 : 0]);
  const blocks: string[] = [];
  const lead =
    digest.verdict === 'none'
      ? ''
      : `${style(['bold', STYLES[digest.verdict]], digest.verdict === 'pass' ? 'PASS' : 'FAIL')}  `;
  blocks.push(`${lead}${style('bold', digest.name)}\n${digest.sentence}\n`);
  if (digest.thresholds.length > 0) {
    const rows = digest.thresholds.map((line) => [
      mark(line.status),
      line.metric,
      line.measured,
      line.bound,
      line.status === 'warn' ? 'warning only' : '',
    ]);
    blocks.push(heading('Thresholds', style) + columns(rows, [2, 3]));
  }
  const tiles = digest.tiles.map((tile) => [tile.label, tile.value, style('dim', tile.note)]);
  blocks.push(heading('Headline', style) + columns(tiles, [1]));
  const cohorts = [['', ...digest.cohorts.columns], ...digest.cohorts.rows.map((row) => [row.cohort, ...row.cells])];
  const [header, ...body] = columns(
    cohorts,
    digest.cohorts.columns.map((_, i) => i + 1),
  )
    .trimEnd()
    .split('\n');
  blocks.push(`${heading('Cohorts', style)}${style('dim', header)}\n${body.join('\n')}\n`);
  blocks.push(`${style('dim', 'again:')} ${digest.reproduce}\n`);
  const text = blocks.map(printable).join('\n');
  return options.ascii ? toAscii(text) : text;
}

const heading = (text: string, style: (kind: Style, text: string) => string): string => `${style('bold', text)}\n`;

const width = (text: string): number => [...stripVTControlCharacters(text)].length;

/** Two spaces before each row and between columns; `right` columns stand at the right; no trailing spaces. */
function columns(rows: readonly (readonly string[])[], right: readonly number[]): string {
  const widths = rows[0].map((_, c) => Math.max(...rows.map((row) => width(row[c]))));
  const cell = (text: string, c: number) => {
    const space = ' '.repeat(widths[c] - width(text));
    return right.includes(c) ? space + text : text + space;
  };
  return rows.map((row) => `  ${row.map(cell).join('  ').trimEnd()}\n`).join('');
}

/** Names come from a file: nothing of theirs may move the cursor. Escape sequences of styleText are the only ones kept. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
  return text.replace(/\u001b(?!\[\d+m)|[\u0000-\u0009\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g, '');
}

const ASCII: Readonly<Record<string, string>> = {
  '≤': '<=',
  '≥': '>=',
  '≠': '!=',

  '–': '-',
  '−': '-',
  '·': '-',
  '×': 'x',
  µ: 'u',
  '∞': 'inf',
  '’': "'",
  '“': '"',
  '”': '"',
};

/** Characters without an ASCII counterpart become "?". */
function toAscii(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII itself
  return text.replace(/[^\u0000-\u007f]/gu, (character) => ASCII[character] ?? '?');
}
