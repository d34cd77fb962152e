/** Where text goes and how it looks: streams, their widths, colours. */
import { styleText } from 'node:util';
import { COLUMNS, type Screen, type Style } from '../report/text-table.ts';

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

export class Terminal {
  /** Columns of stderr, or 100 where it is no terminal. */
  readonly width: number;
  /** Columns of stdout where it is a terminal: into a pipe or file a row of `list` stays one line, for grep. */
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

  /** What results are laid out for: the terminal, or the same columns in every pipe, file and log. */
  get results(): Screen {
    return { width: Math.max(40, this.screen ?? COLUMNS), style: this.styleOut };
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
