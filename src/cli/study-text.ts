/** A study's results as commands give them: report in its folder, table or JSON on stdout. */
import { join } from 'node:path';
import { placeOption } from '../metrics/result-files.ts';
import { type StudyTables, studyDigest } from '../report/study-digest.ts';
import { table } from '../report/text-table.ts';
import { writeStudyReport } from '../report/write-study.ts';
import type { StudyDocument } from '../study/study-document.ts';
import { summaryOf } from '../study/sweep.ts';
import type { SettingResult } from '../study/tables.ts';
import type { Arguments, Context } from './command.ts';
import { metricNames } from './metric-names.ts';

export const METRICS_OPTION = {
  type: 'string',
  describe: 'Metrics to print, separated by commas (default: those that the axes change); the tables hold all of them',
} as const;

/** Those that were asked for; undefined where none were: then what the axes change decides. */
export function metricsOf({ metrics }: Arguments): readonly string[] | undefined {
  if (metrics === undefined) return undefined;
  return metricNames('--metrics', metrics as string);
}

/** Writes the report of a whole study and prints what was asked for. */
export async function presentStudy(
  document: StudyDocument,
  settings: readonly SettingResult[],
  folder: string,
  args: Arguments,
  context: Context,
): Promise<void> {
  const { terminal, json, verbose } = context;
  const study: StudyTables = { ...document, hash: document.study_hash, settings };
  await writeStudyReport(folder, study, {
    figures: args.figures === true,
    onWarning: (warning) => verbose && terminal.err(`${warning}\n`),
  });
  if (json) {
    terminal.outJson(summaryOf(document, settings));
    return;
  }
  const { name, sentence, notes, header, rows, numbersFrom, reproduce } = studyDigest(study, metricsOf(args));
  const right = header.map((_, column) => column).filter((column) => column >= numbersFrom);
  terminal.out(`${terminal.styleOut('bold', name)}  ${sentence}\n\n`);
  terminal.out(table(rows, { header, right, keys: numbersFrom, indent: 2, ...terminal.results }));
  for (const note of notes) terminal.out(`\n${note}\n`);
  terminal.out(`\n${terminal.styleOut('dim', 'again:')} ${reproduce}${placeOption(folder)}\n`);
  terminal.out(`${terminal.styleOut('dim', 'table:')} ${join(folder, 'sweep.arrow')}\n`);
  terminal.out(`${terminal.styleOut('dim', 'report:')} ${join(folder, 'report.html')}\n`);
}
