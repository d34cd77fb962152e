/**
 * The summary on stdout: verdict, thresholds first, headline numbers, one row a cohort. The same text for the same run; colour
 * and characters beyond ASCII are the caller's choice.
 */
import { styleText } from 'node:util';
import type { Digest } from './digest.ts';
import { fold, type Style, table } from './text-table.ts';

export interface TerminalOptions {
  readonly color: boolean;
  /** Only ASCII characters: for terminals and logs without UTF-8. */
  readonly ascii: boolean;
  /** Columns of the screen. */
  readonly width: number;
}

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
  blocks.push(
    `${lead}${style('bold', digest.name)}\n${digest.sentence}\n${digest.limit === null ? '' : fold(digest.limit, options.width)}`,
  );
  if (digest.thresholds.length > 0) {
    const rows = digest.thresholds.map((line) => [
      mark(line.status),
      line.metric,
      line.measured,
      line.bound,
      line.status === 'warn' ? 'warning only' : '',
    ]);
    blocks.push(heading('Thresholds', style) + table(rows, { right: [2, 3], indent: 2 }));
  }
  const tiles = digest.tiles.map((tile) => [tile.label, tile.value, style('dim', tile.note)]);
  blocks.push(heading('Headline', style) + table(tiles, { right: [1], indent: 2 }));
  const { columns, rows: cohorts } = digest.cohorts;
  blocks.push(
    heading('Cohorts', style) +
      table(
        cohorts.map(({ cohort, cells }) => [cohort, ...cells]),
        {
          header: ['', ...columns],
          right: columns.map((_, i) => i + 1),
          indent: 2,
          width: options.width,
          style: (_style, text) => style('dim', text),
        },
      ),
  );
  blocks.push(`${style('dim', 'again:')} ${digest.reproduce}\n`);
  const text = blocks.map(printable).join('\n');
  return options.ascii ? toAscii(text) : text;
}

const heading = (text: string, style: (kind: Style, text: string) => string): string => `${style('bold', text)}\n`;

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
