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
}

interface Shape {
  name: string;
  summary: string;
  flags: Flag[];
  completes: Completes | undefined;
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

async function shapes(): Promise<Shape[]> {
  return Promise.all(
    COMMANDS.map(async (info) => {
      const { command: described } = await info.load();
      const options = { ...described.options, ...GLOBAL_OPTIONS } as Record<string, { describe?: string }>;
      const flags = Object.entries(options).map(([name, { describe = '' }]) => ({ name, describe }));
      const first = Object.values(described.positionals ?? {})[0];
      return {
        name: info.name,
        summary: info.summary,
        flags: [...flags, { name: 'help', describe: 'Show help' }],
        completes: first?.completes,
      };
    }),
  );
}

/** Inside single quotes of any of the three shells. */
const quoted = (text: string) => text.replaceAll("'", "'\\''");

function bashWords(completes: Completes | undefined): string {
  if (completes === undefined) return 'COMPREPLY=()';
  if (completes === 'files') return 'COMPREPLY=($(compgen -f -- "$cur"))';
  const words = completes === 'names' ? '$(mint-bench list --names 2>/dev/null)' : completes.join(' ');
  return `COMPREPLY=($(compgen -W "${words}" -- "$cur"))`;
}

function bash(all: readonly Shape[]): string {
  const cases = all.map(
    ({ name, flags, completes }) => `    ${name})
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W "${flags.map((flag) => `--${flag.name}`).join(' ')}" -- "$cur"))
      else ${bashWords(completes)}; fi ;;`,
  );
  return `# bash completion of mint-bench
_mint_bench() {
  local cur=\${COMP_WORDS[COMP_CWORD]}
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

function zshAction(completes: Completes | undefined): string {
  if (completes === undefined) return '';
  if (completes === 'files') return "'*:file:_files' ";
  if (completes === 'names') return "'*:name:($(mint-bench list --names 2>/dev/null))' ";
  return `'1:value:(${completes.join(' ')})' `;
}

function zsh(all: readonly Shape[]): string {
  const describe = (text: string) => quoted(text).replaceAll(/[[\]:]/g, (found) => `\\${found}`);
  const cases = all.map(
    ({ name, flags, completes }) =>
      `    ${name}) _arguments ${zshAction(completes)}${flags.map((flag) => `'--${flag.name}[${describe(flag.describe)}]'`).join(' ')} ;;`,
  );
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
  for (const { name, summary, flags, completes } of all) {
    lines.push(`complete -c mint-bench -n __fish_use_subcommand -a ${name} -d '${quoted(summary)}'`);
    const when = `-n '__fish_seen_subcommand_from ${name}'`;
    for (const flag of flags)
      lines.push(`complete -c mint-bench ${when} -l ${flag.name} -d '${quoted(flag.describe)}'`);
    if (completes === 'files') lines.push(`complete -c mint-bench ${when} -F`);
    else if (completes === 'names')
      lines.push(`complete -c mint-bench ${when} -a '(mint-bench list --names 2>/dev/null)'`);
    else if (completes !== undefined) lines.push(`complete -c mint-bench ${when} -a '${completes.join(' ')}'`);
  }
  return `${lines.join('\n')}\n`;
}
