/** `report <run…>`: draws the report of finished runs, sweeps and searches again, into their folders. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { writeReport } from '../../report/write.ts';
import { writeSearchReport } from '../../report/write-search.ts';
import { writeStudyReport } from '../../report/write-study.ts';
import { quote } from '../../scenario/quote.ts';
import { planMemory } from '../../sim/cost/memory.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../parse.ts';
import { printReport } from '../report-text.ts';
import { readStored } from '../stored.ts';

export const command: Command = {
  positionals: {
    run: {
      type: 'string',
      array: true,
      describe: 'Folders of runs, sweeps, knees, plans and other searches, for instance reports/runs/1M-…',
      completes: 'files',
    },
  },
  options: {
    figures: { type: 'boolean', default: true, describe: 'Draw figures' },
    png: { type: 'boolean', default: true, describe: 'Also as PNG' },
    open: { type: 'boolean', default: false, describe: 'Open report.html in the browser; never under CI' },
  },
  examples: [['report reports/runs/smoke-* --open', 'and look at it']],
  async run(args, context) {
    const stored = (args.run as string[]).flatMap((run) => readStored([run]));
    const other = stored.find(({ kind }) => kind === 'kernel' || kind === 'drawn');
    if (other !== undefined)
      throw new UsageError(
        `${other.path} is no folder of a run, a sweep or a search`,
        `mint-bench figure all ${quote(other.path)} draws its figures`,
      );
    const reports: { folder: string; files: string[] }[] = [];
    for (const one of stored) {
      const folder = one.path;
      const options = {
        figures: args.figures === true,
        png: args.png === true,
        onWarning: (warning: string) => context.verbose && context.terminal.err(`${warning}\n`),
      };
      if (one.kind === 'run') {
        const files = await writeReport(folder, { ...options, memory: planMemory(one.tables.scenario) });
        reports.push({ folder, files });
        if (!context.json) printReport(folder, context);
      } else if (one.kind === 'study') {
        const { document, settings } = one;
        const study = { ...document, hash: document.study_hash, settings };
        reports.push({ folder, files: await writeStudyReport(folder, study, options) });
        if (!context.json) context.terminal.out(`${join(folder, 'report.html')}\n`);
      } else if (one.kind === 'search') {
        reports.push({ folder, files: await writeSearchReport(folder, one.report, options) });
        if (!context.json) context.terminal.out(`${join(folder, 'report.html')}\n`);
      }
      if (args.open === true && process.env.CI === undefined) openInBrowser(join(folder, 'report.html'));
    }
    if (context.json) context.terminal.outJson(reports);
    return undefined;
  },
};

function openInBrowser(file: string): void {
  const [program, ...before] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open'];
  // A machine without a browser is no error: the path is printed.
  spawn(program, [...before, file], { detached: true, stdio: 'ignore' })
    .on('error', () => undefined)
    .unref();
}
