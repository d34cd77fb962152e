/** One command from its arguments to its exit code. */

import { quote } from '../scenario/quote.ts';
import { failure } from './errors.ts';
import { EXIT } from './exit-codes.ts';
import { help } from './help.ts';
import { listenForInterrupt } from './interrupt.ts';
import { findCommand, parseArguments } from './parse.ts';
import { type ColorChoice, Terminal } from './terminal.ts';

export async function dispatch(args: readonly string[], exit: (code: number) => void): Promise<number> {
  const line = ['mint-bench', ...args.map(quote)].join(' ');
  const wantsJson = args.includes('--json');
  const terminal = new Terminal(colorChoice(args));
  if (args.length === 0) {
    terminal.err(help());
    return EXIT.usage;
  }
  const interrupt = listenForInterrupt((text) => terminal.err(text), exit);
  try {
    const { info, rest } = findCommand(args);
    const { command } = await info.load();
    if (command.onInterrupt !== undefined) interrupt.promise = command.onInterrupt;
    const parsed = await parseArguments(info, command, rest, Math.min(terminal.width, 120));
    if ('help' in parsed) {
      terminal.out(parsed.help);
      return EXIT.ok;
    }
    const { json, quiet, verbose, progress } = parsed.args as Record<string, boolean>;
    const code = await command.run(parsed.args, {
      terminal,
      json,
      quiet,
      verbose,
      progress: progress && !quiet,
      signal: interrupt.signal,
      line,
    });
    return code ?? EXIT.ok;
  } catch (thrown) {
    const failed = failure(thrown, terminal, line);
    terminal.err(failed.text);
    if (wantsJson) terminal.outJson({ error: failed.data });
    return failed.code;
  } finally {
    interrupt.release();
  }
}

/** Read before the parser runs, so that its own complaints have the right colours. */
function colorChoice(args: readonly string[]): ColorChoice {
  const at = args.lastIndexOf('--color');
  const written = at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith('--color='))?.slice('--color='.length);
  return written === 'always' || written === 'never' ? written : 'auto';
}
