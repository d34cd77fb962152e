/** `report <run…>`: draws the report of finished runs again, into their folders. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readRun } from '../../report/read-run.ts';
import { writeReport } from '../../report/write.ts';
import { planMemory } from '../../sim/cost/memory.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../parse.ts';
import { printReport } from '../report-text.ts';

export const command: Command = {
  positionals: {
    run: { type: 'string', array: true, describe: 'Run folders, for instance reports/runs/1M-…', completes: 'files' },
  },
  options: {
    figures: { type: 'boolean', default: true, describe: 'Draw figures' },
    png: { type: 'boolean', default: true, describe: 'Also as PNG' },
    open: { type: 'boolean', default: false, describe: 'Open report.html in the browser; never under CI' },
  },
  examples: [['report reports/runs/smoke-* --open', 'and look at it']],
  async run(args, context) {
    const folders = (args.run as string[]).map(runFolder);
    const reports: { folder: string; files: string[] }[] = [];
    for (const folder of folders) {
      const { tables } = readRun(folder, null);
      const files = await writeReport(folder, {
        figures: args.figures === true,
        png: args.png === true,
        memory: planMemory(tables.scenario),
        onWarning: (warning) => context.verbose && context.terminal.err(`${warning}\n`),
      });
      reports.push({ folder, files });
      if (!context.json) printReport(folder, context);
      if (args.open === true && process.env.CI === undefined) openInBrowser(join(folder, 'report.html'));
    }
    if (context.json) context.terminal.outJson(reports);
    return undefined;
  },
};

function runFolder(written: string): string {
  const candidates = [written, join('reports', 'runs', written)];
  const found = candidates.find((folder) => existsSync(join(folder, 'summary.arrow')));
  if (found === undefined) {
    throw new UsageError(
      `${written} is no folder of a finished run`,
      'mint-bench run prints where it keeps its results',
    );
  }
  return found;
}

function openInBrowser(file: string): void {
  const [program, ...before] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  // A machine without a browser is no error: the path is printed.
  spawn(program, [...before, file], { detached: true, stdio: 'ignore' })
    .on('error', () => undefined)
    .unref();
}
