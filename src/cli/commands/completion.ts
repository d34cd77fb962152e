/**
 * `completion <shell>`: a script for bash, zsh or fish, written out from the commands' own descriptions. Names of policies,
 * models and metrics are asked for at completion time (`mint-bench list --names`), so that they are never stale.
 */
import { suggest } from '../../scenario/findings.ts';
import type { Command, Completes } from '../command.ts';
import { COMMANDS, GLOBAL_OPTIONS } from '../commands.ts';
import { UsageError } from '../parse.ts';

interface Flag {
  name: string;
  describe: string;
  /** What its value may be; undefined where it takes none, or anything. */
  completes: Completes | undefined;
}

interface Shape {
  name: string;
  summary: string;
  flags: Flag[];
  /** Of the first argument, and of those after it. */
  completes: Completes | undefined;
  rest: Completes | undefined;
}

const SHELLS: Readonly<Record<string, (shapes: readonly Shape[]) => string>> = { bash, zsh, fish };

export const command: Command = {
  positionals: { shell: { type: 'string', describe: 'bash, zsh or fish', completes: ['bash', 'zsh', 'fish'] } },
  examples: [
    ['completion bash >> ~/.bashrc', 'bash'],
    ['completion zsh > ~/.zsh/_mint-bench', 'zsh, in a folder of fpath'],
    ['completion fish > ~/.config/fish/completions/mint-bench.fish', 'fish'],
  ],
  async run(args, { terminal }) {
    const shell = args.shell as string;
    const write = SHELLS[shell];
    if (write === undefined)
      throw new UsageError(`there is no completion for ${JSON.stringify(shell)}`, suggest(shell, Object.keys(SHELLS)));
    terminal.out(write(await shapes()));
    return undefined;
  },
};

interface Described {
  describe?: string;
  choices?: readonly string[];
  completes?: Completes;
}

async function shapes(): Promise<Shape[]> {
  return Promise.all(
    COMMANDS.map(async (info) => {
      const { command: described } = await info.load();
      const options = { ...described.options, ...GLOBAL_OPTIONS } as Record<string, Described>;
      const flags = Object.entries(options).map(([name, { describe = '', choices, completes }]) => ({
        name,
        describe,
        completes: completes ?? choices,
      }));
      const [first, second] = Object.values(described.positionals ?? {});
      return {
        name: info.name,
        summary: info.summary,
        flags: [...flags, { name: 'help', describe: 'Show help', completes: undefined }],
        completes: first?.completes,
        // `<run..>` goes on as it began.
        rest: /\.\.[>\]]/.test(info.usage) && second === undefined ? first?.completes : second?.completes,
      };
    }),
  );
}

/** Inside single quotes of any of the three shells. */
const quoted = (text: string) => text.replaceAll("'", "'\\''");

/** Words in a shell's own terms, asked for when they are needed where they can change. */
function wordsOf(completes: Exclude<Completes, 'files'>): string {
  if (typeof completes !== 'string') return completes.join(' ');
  return `$(mint-bench list ${completes === 'names' ? '' : `${completes} `}--names 2>/dev/null)`;
}

function bashWords(completes: Completes | undefined): string {
  if (completes === undefined) return 'COMPREPLY=()';
  if (completes === 'files') return 'COMPREPLY=($(compgen -f -- "$cur"))';
  const files = completes === 'scenarios' ? ' $(compgen -f -- "$cur")' : '';
  return `COMPREPLY=($(compgen -W "${wordsOf(completes)}" -- "$cur")${files})`;
}

function bash(all: readonly Shape[]): string {
  const cases = all.map(({ name, flags, completes, rest }) => {
    const values = flags.filter((flag) => flag.completes !== undefined);
    const after = values.map((flag) => `        --${flag.name}) ${bashWords(flag.completes)}; return ;;\n`);
    return `    ${name})
${after.length === 0 ? '' : `      case $prev in\n${after.join('')}      esac\n`}      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "${flags.map((flag) => `--${flag.name}`).join(' ')}" -- "$cur"))
      elif [[ $COMP_CWORD -eq 2 ]]; then ${bashWords(completes)}
      else ${bashWords(rest)}; fi ;;`;
  });
  return `# bash completion of mint-bench
_mint_bench() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  if [[ $COMP_CWORD -eq 1 ]]; then
    COMPREPLY=($(compgen -W "${all.map(({ name }) => name).join(' ')} --help --version" -- "$cur"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
  esac
}
complete -o filenames -F _mint_bench mint-bench
`;
}

/** What follows the last colon of a specification of `_arguments`. */
function zshWords(completes: Completes): string {
  if (completes === 'files') return '_files';
  if (completes === 'scenarios') return `{compadd -- ${wordsOf(completes)}; _files}`;
  return `(${wordsOf(completes)})`;
}

function zsh(all: readonly Shape[]): string {
  const describe = (text: string) => quoted(text).replaceAll(/[[\]:]/g, (found) => `\\${found}`);
  const flag = ({ name, describe: text, completes }: Flag) =>
    `'--${name}[${describe(text)}]${completes === undefined ? '' : `:value:${zshWords(completes)}`}'`;
  const cases = all.map(({ name, flags, completes, rest }) => {
    const places = [
      ...(completes === undefined ? [] : [`'1:value:${zshWords(completes)}'`]),
      ...(rest === undefined ? [] : [`'*:value:${zshWords(rest)}'`]),
    ];
    return `    ${name}) _arguments ${[...places, ...flags.map(flag)].join(' ')} ;;`;
  });
  return `#compdef mint-bench
_mint_bench() {
  local -a commands=(
${all.map(({ name, summary }) => `    '${name}:${describe(summary)}'`).join('\n')}
  )
  if (( CURRENT == 2 )); then _describe command commands; return; fi
  local command=$words[2]
  shift words; (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}
compdef _mint_bench mint-bench
`;
}

function fish(all: readonly Shape[]): string {
  const lines = ['# fish completion of mint-bench', 'complete -c mint-bench -f'];
  for (const { name, summary, flags, completes, rest } of all) {
    lines.push(`complete -c mint-bench -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`);
    const when = `-n '__fish_seen_subcommand_from ${name}'`;
    const words = (of: Exclude<Completes, 'files'>) =>
      typeof of === 'string' ? wordsOf(of).replace('$(', '(') : wordsOf(of);
    for (const flag of flags) {
      const value =
        flag.completes === undefined ? '' : flag.completes === 'files' ? ' -r -F' : ` -x -a '${words(flag.completes)}'`;
      lines.push(`complete -c mint-bench ${when} -l ${flag.name}${value} -d '${quoted(flag.describe)}'`);
    }
    for (const of of new Set([completes, rest])) {
      if (of === 'files' || of === 'scenarios') lines.push(`complete -c mint-bench ${when} -F`);
      if (of !== undefined && of !== 'files') lines.push(`complete -c mint-bench ${when} -a '${words(of)}'`);
    }
  }
  return `${lines.join('\n')}\n`;
}
