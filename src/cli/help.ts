/** The help of the tool as a whole. Needs no argument parser, so that `mint-bench --help` starts as fast as Node does. */
import packageJson from '../../package.json' with { type: 'json' };
import { COMMANDS } from './commands.ts';

export const version = (): string => packageJson.version;

export function help(): string {
  const width = Math.max(...COMMANDS.map((command) => command.usage.length));
  const commands = COMMANDS.map((command) => `  ${command.usage.padEnd(width)}  ${command.summary}`);
  return `mint-bench: can one shared base model serve millions of personal LoRA adapters, and what does a user cost?

Usage: mint-bench <command> [options]

Commands:
${commands.join('\n')}

Options of every command:
  --json         Print one JSON document on stdout
  -q, --quiet    No progress, no warnings
  -v, --verbose  More on stderr
  --color        auto, always or never; NO_COLOR is respected
  --no-progress  No progress on stderr
  --version      Print the version
  -h, --help     Show help; mint-bench <command> --help for one command

Results go to stdout, everything else to stderr. Exit codes: mint-bench list exit-codes.
`;
}
