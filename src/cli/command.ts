/** What a command is: its arguments as data (help, parsing and completion are read off it) and what it does. */
import type { Options, PositionalOptions } from 'yargs';
import type { Terminal } from './terminal.ts';

export type Arguments = Readonly<Record<string, unknown>>;

/** The process as a command sees it: where it writes, and whether it was asked to stop. */
export interface Context {
  readonly terminal: Terminal;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly progress: boolean;
  /** Fires at the first Ctrl-C: end soon, say how to go on, return EXIT.interrupted. */
  readonly signal: AbortSignal;
  /** The command line as it was given, for reproduce lines. */
  readonly line: string;
}

export interface Command {
  /** In the order of the usage line. `completes` says what a shell offers for it. */
  readonly positionals?: Readonly<Record<string, PositionalOptions & { completes?: Completes }>>;
  readonly options?: Readonly<Record<string, Options & { completes?: Completes }>>;
  /** What Ctrl-C does to what is under way, where it does not give it up. */
  readonly onInterrupt?: string;
  readonly examples?: readonly (readonly [line: string, what: string])[];
  /** Returns the exit code; nothing means success. Errors are thrown. */
  run(args: Arguments, context: Context): Promise<number | undefined> | number | undefined;
}

/**
 * What a shell may complete an argument with: files, files and shipped scenarios, names that `list` knows, those of metrics or of
 * fields of a scenario alone, or fixed words.
 */
export type Completes = 'files' | 'scenarios' | 'names' | 'metrics' | 'fields' | readonly string[];

export interface CommandInfo {
  readonly name: string;
  /** yargs syntax: `<required>`, `[optional]`, `..` for several. */
  readonly usage: string;
  readonly summary: string;
  load(): Promise<{ command: Command }>;
}
