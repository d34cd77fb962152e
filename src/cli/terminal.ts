/** Where text goes and how it looks: colours by stream, tables whose widths ignore escape sequences. */
import { stripVTControlCharacters, styleText } from 'node:util';

export type Style = Parameters<typeof styleText>[0];
export type ColorChoice = 'auto' | 'always' | 'never';

/** Environment variables and streams as far as colour depends on them. */
export interface ColorFacts {
  choice: ColorChoice;
  isTTY: boolean;
  env: Readonly<Record<string, string | undefined>>;
}

/** An explicit flag wins, then NO_COLOR (no-color.org), then FORCE_COLOR, then whether anybody is looking. */
export function wantsColor({ choice, isTTY, env }: ColorFacts): boolean {
  if (choice !== 'auto') return choice === 'always';
  if (env.NO_COLOR !== undefined && env.NO_COLOR !== '') return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return isTTY && env.TERM !== 'dumb';
}

export const textWidth = (text: string): number => [...stripVTControlCharacters(text)].length;

const pad = (text: string, width: number, right: boolean) => {
  const space = ' '.repeat(Math.max(0, width - textWidth(text)));
  return right ? space + text : text + space;
};

export interface TableOptions {
  header?: readonly string[];
  /** Columns whose text stands at the right (numbers). */
  right?: readonly number[];
  indent?: number;
  /** Columns of the screen: the last column of text is folded to what is left of them, where that is enough to read. */
  width?: number;
  style?: (style: Style, text: string) => string;
}

/** A column of text narrower than this is not folded: a word a line is worse than the terminal's own wrapping. */
const NARROWEST = 30;

/** Rows as aligned columns, two spaces apart, each line ended; no trailing spaces. */
export function table(rows: readonly (readonly string[])[], options: TableOptions = {}): string {
  const { header, right = [], indent = 0, width, style = (_style, text) => text } = options;
  const all = header === undefined ? rows : [header, ...rows];
  const columns = Math.max(0, ...all.map((row) => row.length));
  const widths = Array.from({ length: columns }, (_, c) => Math.max(...all.map((row) => textWidth(row[c] ?? ''))));
  const line = (row: readonly string[]) =>
    (' '.repeat(indent) + row.map((cell, c) => pad(cell, widths[c], right.includes(c))).join('  ')).trimEnd();
  const before = indent + widths.slice(0, -1).reduce((sum, one) => sum + one + 2, 0);
  const left = width === undefined ? 0 : width - before;
  const body = rows.map((row) =>
    left < NARROWEST || row.length < columns || textWidth(row[columns - 1]) <= left
      ? line(row)
      : line([
          ...row.slice(0, -1),
          fold(row[columns - 1], left)
            .trimEnd()
            .replaceAll('\n', `\n${' '.repeat(before)}`),
        ]),
  );
  return [...(header === undefined ? [] : [style('bold', line(header))]), ...body].map((text) => `${text}\n`).join('');
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

export class Terminal {
  /** Columns of stderr, or 100 where it is no terminal. */
  readonly width: number;
  /** Columns of stdout where it is a terminal: into a pipe or file a row stays one line, for grep. */
  readonly screen: number | undefined;
  readonly colorOut: boolean;
  readonly colorErr: boolean;
  /** Somebody watches stderr: progress may redraw a line. */
  readonly live: boolean;

  constructor(choice: ColorChoice) {
    const { env, stdout, stderr } = process;
    this.width = Math.max(40, Math.min(160, stderr.columns ?? stdout.columns ?? 100));
    this.screen = stdout.isTTY === true && stdout.columns > 0 ? stdout.columns : undefined;
    this.colorOut = wantsColor({ choice, isTTY: stdout.isTTY === true, env });
    this.colorErr = wantsColor({ choice, isTTY: stderr.isTTY === true, env });
    this.live = stderr.isTTY === true && env.CI === undefined && env.TERM !== 'dumb';
  }

  /** The result. */
  out(text: string): void {
    process.stdout.write(text);
  }

  /** One JSON document, the whole result. */
  outJson(value: unknown): void {
    process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
  }

  /** Everything that is not the result. */
  err(text: string): void {
    process.stderr.write(text);
  }

  readonly styleOut = (style: Style, text: string): string =>
    this.colorOut ? styleText(style, text, { validateStream: false }) : text;

  readonly styleErr = (style: Style, text: string): string =>
    this.colorErr ? styleText(style, text, { validateStream: false }) : text;
}
