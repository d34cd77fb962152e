/** The summary of a run folder on stdout: what the HTML and Markdown reports say first, and where they are. */
import { join } from 'node:path';
import { digest } from '../report/digest.ts';
import { readRun } from '../report/read-run.ts';
import { terminalSummary } from '../report/terminal.ts';
import type { Context } from './command.ts';

export function printReport(folder: string, { terminal }: Context): void {
  const { tables } = readRun(folder, null);
  terminal.out(
    terminalSummary(digest(tables), { color: terminal.colorOut, ascii: false, width: terminal.results.width }),
  );
  terminal.out(`${terminal.styleOut('dim', 'report:')} ${join(folder, 'report.html')}\n`);
}
