/**
 * The report of a run, written into its folder: report.html, summary.md, and for each figure its Vega-Lite specification, SVG in
 * both variants, PDF, PNG and CSV. Files appear whole: each is written beside its place and renamed.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile, replaceFolder } from '../metrics/write-files.ts';
import { digest } from './digest.ts';
import { type Drawing, drawAll } from './draw.ts';
import { page } from './html/page.ts';
import { runJson } from './html/run-data.ts';
import { kernelBasis } from './kernel-basis.ts';
import { markdownSummary } from './markdown.ts';
import { writePdf } from './pdf/write.ts';
import { readRun } from './read-run.ts';
import { recolour } from './render.ts';
import type { MemorySplit, Provenance } from './run-data.ts';

export interface ReportOptions {
  /** Draw figures; without them the report is its tables, in a fraction of a second. Default: true. */
  readonly figures?: boolean;
  /** Also as PNG, two device pixels for each CSS pixel. Default: true. */
  readonly png?: boolean;
  /** The engine's memory plan for the scenario; without it the figure of GPU memory is left out. */
  readonly memory?: MemorySplit | null;
  /** Called with what a drawing library complained about: a defect of a figure, never of the run. */
  onWarning?(warning: string): void;
}

/** Returns the paths written, relative to the folder, sorted. */
export async function writeReport(folder: string, options: ReportOptions = {}): Promise<string[]> {
  const { figures = true, png = true, memory = null, onWarning } = options;
  const { tables, scenarioYaml } = readRun(folder, memory);
  const basis = kernelBasis(tables.scenario);
  const rests = basis === null ? '' : ` · LoRA from a profile of ${basis.device}`;
  const provenance: Provenance = { kind: 'simulated', source: `run ${tables.hash.slice(0, 10)}${rests}` };
  const drawings = figures ? await drawAll('run', tables, provenance, { png }) : [];
  for (const warning of drawings.flatMap((drawing) => drawing.warnings)) onWarning?.(warning);
  const written = figures ? writeFigures(folder, drawings) : [];
  const summary = digest(tables);
  replaceFile(
    join(folder, 'report.html'),
    page({
      digest: summary,
      hash: tables.hash,
      figures: drawings,
      summary: tables.summary,
      manifest: tables.manifest,
      scenario: scenarioYaml,
      data: runJson(tables, summary.reproduce, drawings),
    }),
  );
  const listed = drawings.map(({ id, figure }) => ({ id, question: figure.question, howToRead: figure.howToRead }));
  replaceFile(join(folder, 'summary.md'), markdownSummary(summary, tables.hash.slice(0, 10), listed));
  return [...written, 'report.html', 'summary.md'].sort();
}

/** Fills a folder beside figures/ and puts it in its place. */
export function writeFigures(folder: string, drawings: readonly Drawing[]): string[] {
  const names: string[] = [];
  replaceFolder(join(folder, 'figures'), (partial) => {
    const put = (name: string, content: string | Uint8Array) => {
      writeFileSync(join(partial, name), content);
      names.push(`figures/${name}`);
    };
    for (const { id, figure, provenance, spec, file, csv, png } of drawings) {
      put(`${id}.vl.json`, spec);
      put(`${id}.csv`, csv);
      put(`${id}.svg`, file);
      put(`${id}.dark.svg`, recolour(file, 'light', 'dark'));
      if (png !== null) put(`${id}.png`, png);
      const subject = `${figure.question} ${provenance.kind}, ${provenance.source}`;
      put(`${id}.pdf`, writePdf(file, { title: figure.title, subject }));
    }
  });
  return names;
}
