/** `dashboard [history]`: the page over all runs that `run --history` has noted. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readHistory } from '../../metrics/history.ts';
import { replaceFile } from '../../metrics/write-files.ts';
import { dashboard } from '../../report/dashboard/write.ts';
import type { Command } from '../command.ts';
import { HISTORY_FILE } from '../history.ts';
import { UsageError } from '../parse.ts';

export const command: Command = {
  positionals: {
    history: { type: 'string', default: HISTORY_FILE, describe: 'File of history lines', completes: 'files' },
  },
  options: {
    out: { type: 'string', alias: 'o', default: join('reports', 'dashboard.html'), describe: 'The page to write' },
  },
  examples: [['dashboard', 'reports/dashboard.html from reports/history.jsonl']],
  async run(args, { terminal, json, quiet, verbose }) {
    const [file, out] = [args.history as string, args.out as string];
    if (!existsSync(file))
      throw new UsageError(`there is no history in ${file}`, 'mint-bench run <scenario> --history begins one');
    const { lines, unreadable } = readHistory(readFileSync(file, 'utf8'));
    if (unreadable > 0 && !quiet)
      terminal.err(`warning: ${unreadable} lines of ${file} are no history lines; left out\n`);
    if (lines.length === 0)
      throw new UsageError(`${file} holds no run`, 'mint-bench run <scenario> --history adds one');
    const { html, systems, warnings } = await dashboard(lines, file);
    if (verbose) for (const warning of warnings) terminal.err(`${warning}\n`);
    mkdirSync(dirname(out), { recursive: true });
    replaceFile(out, html);
    if (json) terminal.outJson({ page: out, runs: lines.length, systems });
    else
      terminal.out(
        `${out}: ${lines.length} ${lines.length === 1 ? 'run' : 'runs'} of ${systems} ${systems === 1 ? 'system' : 'systems'}\n`,
      );
    return undefined;
  },
};
