/** The arguments of one command, read with yargs. Problems become a UsageError with the nearest valid name. */
import yargs from 'yargs';
import { nearest, suggest } from '../scenario/findings.ts';
import type { Arguments, Command, CommandInfo } from './command.ts';
import { COMMANDS, GLOBAL_OPTIONS } from './commands.ts';

/** The command line cannot be understood: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly hint: string | undefined;

  constructor(message: string, hint?: string) {
    super(message);
    this.hint = hint;
  }
}

/** The first word that is not a flag names the command; `help x` is `x --help`. */
export function findCommand(args: readonly string[]): { info: CommandInfo; rest: string[] } {
  let at = 0;
  while (at < args.length && args[at].startsWith('-')) at += args[at] === '--color' ? 2 : 1;
  const words = [...args];
  if (words[at] === 'help') {
    words.splice(at, 1);
    words.push('--help');
  }
  const name = words[at];
  if (name === undefined || name.startsWith('-')) {
    const flag = args.find((arg) => arg.startsWith('-'));
    throw new UsageError(
      flag === undefined ? 'no command' : `no command, only ${flag}`,
      'mint-bench --help lists the commands',
    );
  }
  const info = COMMANDS.find((command) => command.name === name);
  if (info === undefined) {
    const names = COMMANDS.map((command) => command.name);
    throw new UsageError(`there is no command ${JSON.stringify(name)}`, suggest(name, names));
  }
  words.splice(at, 1);
  return { info, rest: words };
}

/** @param usage the command with its positionals, or `$0` with them */
function parser(usage: string, info: CommandInfo, command: Command, width: number) {
  const positionals = Object.entries(command.positionals ?? {});
  const y = yargs()
    .scriptName('mint-bench')
    .locale('en')
    .parserConfiguration({
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'greedy-arrays': false,
    })
    .command(usage, info.summary, (builder) => {
      for (const [name, options] of positionals) builder.positional(name, options);
    })
    .options(command.options ?? {})
    .options(GLOBAL_OPTIONS)
    .group(Object.keys(command.options ?? {}), 'Options:')
    .group(Object.keys(GLOBAL_OPTIONS).concat('help'), 'Options of every command:')
    .help('help', 'Show help')
    .alias('help', 'h')
    .version(false)
    .strict()
    .exitProcess(false)
    .wrap(width);
  for (const [line, what] of command.examples ?? []) y.example(`mint-bench ${line}`, what);
  return y;
}

export function optionNames(command: Command): string[] {
  return [...Object.keys(command.options ?? {}), ...Object.keys(GLOBAL_OPTIONS), 'help'];
}

/** Parsed arguments, or the help text where that was asked for. */
export async function parseArguments(
  info: CommandInfo,
  command: Command,
  rest: readonly string[],
  width: number,
): Promise<{ args: Arguments } | { help: string }> {
  const read = async (usage: string, words: readonly string[]) => {
    const y = parser(usage, info, command, width).fail((message, error) => {
      throw error ?? usageError(message, info, command, words);
    });
    let output = '';
    const parsed = await y.parseAsync(words, {}, (_error, _argv, text) => {
      output = text;
    });
    return { parsed, output };
  };
  // After a named command yargs lays out its help whether it is asked for or not, which costs as much as loading it; after
  // a default command it does not, but its help then lacks the name.
  const { parsed, output } = await read(info.usage.replace(info.name, '$0'), rest);
  if (output !== '') return { help: `${(await read(info.usage, [info.name, ...rest])).output}\n` };
  const args: Record<string, unknown> = { ...parsed };
  const several = { ...command.options, ...command.positionals } as Record<string, { array?: boolean }>;
  const variadic = /<(\S+)\.\.>|\[(\S+)\.\.\]/.exec(info.usage);
  for (const [name, value] of Object.entries(args)) {
    // A flag given twice: the last one counts, as in most tools.
    if (Array.isArray(value) && !several[name]?.array && name !== (variadic?.[1] ?? variadic?.[2]) && name !== '_') {
      args[name] = value[value.length - 1];
    }
  }
  return { args };
}

function usageError(message: string, info: CommandInfo, command: Command, rest: readonly string[]): UsageError {
  const unknown = /^Unknown arguments?: (.*)$/.exec(message);
  const help = `mint-bench ${info.name} --help shows what it takes`;
  if (message.startsWith('Not enough non-option arguments')) {
    return new UsageError(`${info.name} needs an argument: mint-bench ${info.usage}`, help);
  }
  if (unknown === null)
    return new UsageError(message.replaceAll(/:\s*\n\s*/g, ': ').replaceAll(/\s*\n\s*/g, '; '), help);
  const words = unknown[1].split(', ');
  // yargs names an unknown flag and each of its aliases, without dashes; flags first, they are what is wrong most often.
  const flags = words.filter((word) => rest.some((arg) => asFlag(arg) === word));
  const word = flags[0] ?? words[0];
  const dashes = word.length === 1 ? '-' : '--';
  const names = optionNames(command);
  const near = MEANT[word] !== undefined && names.includes(MEANT[word]) ? MEANT[word] : nearest(word, names);
  const hint = near === undefined ? help : `did you mean --${near}?`;
  if (flags.length > 0) return new UsageError(`${info.name} has no option ${dashes}${word}`, hint);
  return new UsageError(
    `${info.name} takes no ${words.length > 1 ? `arguments ${words.join(', ')}` : `argument ${JSON.stringify(word)}`}`,
    hint,
  );
}

/** The name in `--name`, `--name=value`, `-n`; undefined where it is no flag. */
const asFlag = (arg: string): string | undefined => /^--?([^=]+)/.exec(arg)?.[1];

/** What other tools call our options. */
const MEANT: Readonly<Record<string, string>> = {
  workers: 'jobs',
  threads: 'jobs',
  parallel: 'jobs',
  concurrency: 'jobs',
  j: 'jobs',
  output: 'out',
  'output-dir': 'out',
  dir: 'out',
  repeat: 'replications',
  runs: 'replications',
  n: 'replications',
  param: 'set',
  override: 'set',
  debug: 'verbose',
  silent: 'quiet',
};
