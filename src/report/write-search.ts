/** The report of a search, written into its folder: report.html, summary.md, and its figures in every format. */
import { join } from 'node:path';
import { replaceFile } from '../metrics/write-files.ts';
import { type Drawing, drawAll } from './draw.ts';
import { searchPage } from './html/search-page.ts';
import { markdownSearch } from './markdown-search.ts';
import type { Provenance } from './run-data.ts';
import { type SearchReport, searchSource } from './search-report.ts';
import { type ReportOptions, writeFigures } from './write.ts';

/** Returns the paths written, relative to the folder, sorted. */
export async function writeSearchReport(
  folder: string,
  report: SearchReport,
  { figures = true, png = true, onWarning }: Omit<ReportOptions, 'memory'> = {},
): Promise<string[]> {
  const provenance: Provenance = { kind: 'simulated', source: searchSource(report, folder) };
  const drawings: Drawing[] = [];
  for (const { scope, id, input } of figures ? report.figures : [])
    drawings.push(...(await drawAll(scope, input as never, provenance, { png, only: [id] })));
  for (const warning of drawings.flatMap((drawing) => drawing.warnings)) onWarning?.(warning);
  const written = drawings.length > 0 ? writeFigures(folder, drawings) : [];
  replaceFile(join(folder, 'report.html'), searchPage(report, drawings));
  const listed = drawings.map(({ id, figure }) => ({ id, question: figure.question, howToRead: figure.howToRead }));
  replaceFile(join(folder, 'summary.md'), markdownSearch(report, listed));
  return [...written, 'report.html', 'summary.md'].sort();
}
