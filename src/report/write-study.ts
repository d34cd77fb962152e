/** The report of a study, written into its folder: report.html, summary.md, and the figures that fit its axes. */
import { join } from 'node:path';
import { replaceFile } from '../metrics/write-files.ts';
import { drawAll } from './draw.ts';
import { studyPage } from './html/study-page.ts';
import { markdownStudy } from './markdown-study.ts';
import type { Provenance } from './run-data.ts';
import { type StudyTables, studyDigest, studyRuns } from './study-digest.ts';
import { type ReportOptions, writeFigures } from './write.ts';

/** Returns the paths written, relative to the folder, sorted. */
export async function writeStudyReport(
  folder: string,
  study: StudyTables,
  { figures = true, png = true, onWarning }: Omit<ReportOptions, 'memory'> = {},
): Promise<string[]> {
  const provenance: Provenance = { kind: 'simulated', source: `study ${study.hash.slice(0, 10)}` };
  const drawings = figures ? await drawAll('study', studyRuns(study), provenance, { png }) : [];
  for (const warning of drawings.flatMap((drawing) => drawing.warnings)) onWarning?.(warning);
  const written = figures ? writeFigures(folder, drawings) : [];
  const digest = studyDigest(study);
  replaceFile(join(folder, 'report.html'), studyPage(digest, study.hash, drawings));
  const listed = drawings.map(({ id, figure }) => ({ id, question: figure.question, howToRead: figure.howToRead }));
  replaceFile(join(folder, 'summary.md'), markdownStudy(digest, study.hash.slice(0, 10), listed));
  return [...written, 'report.html', 'summary.md'].sort();
}
