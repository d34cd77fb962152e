/** `figure <id> <run..>`: one figure at the width of a paper's column, page or a slide, from stored results. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reading } from '../../report/figures/coincide.ts';
import type { Figure } from '../../report/figures/figure.ts';
import { FIGURES, type FigureId } from '../../report/figures/index.ts';
import { latexFigure } from '../../report/latex.ts';
import { drawPaper, encodeFigure, FORMATS, type Format } from '../../report/paper.ts';
import { type Mode, SIZES, type Size } from '../../report/theme.ts';
import { suggest } from '../../scenario/findings.ts';
import type { Command } from '../command.ts';
import { type Prepared, prepareFigure } from '../figure-rows.ts';
import { UsageError } from '../parse.ts';
import { readStored, type Stored } from '../stored.ts';

const IDS = Object.keys(FIGURES) as FigureId[];
const FORMAT_NAMES = [...Object.keys(FORMATS), 'tex'];

export const command: Command = {
  positionals: {
    id: { type: 'string', describe: 'A figure (mint-bench list figures), or all', completes: ['all', ...IDS] },
    run: {
      type: 'string',
      array: true,
      describe:
        'Folders of runs, sweeps, searches or kernel measurements, as path or label=path; or a .vl.json drawn before',
      completes: 'files',
    },
  },
  options: {
    size: {
      choices: Object.keys(SIZES),
      default: 'one-column',
      describe: 'one-column is 3.33 in wide, two-column 7 in, slide 10 in',
    },
    format: {
      type: 'string',
      default: Object.keys(FORMATS).join(','),
      describe: `Of ${FORMAT_NAMES.join(', ')}; separated by commas`,
    },
    theme: { choices: ['light', 'dark'], default: 'light', describe: 'Light for paper, dark for slides' },
    title: { type: 'boolean', default: false, describe: 'Title and question above the drawing' },
    badge: { type: 'boolean', default: true, describe: 'A line below that says simulated, measured or cited' },
    out: { type: 'string', alias: 'o', default: 'figures', describe: 'Folder of the files' },
  },
  examples: [
    ['figure ttft-distribution lru=reports/runs/a sieve=reports/runs/b', 'two policies in one figure'],
    ['figure scale-out reports/studies/users-… --size two-column', 'a sweep across both columns'],
    ['figure all reports/runs/smoke-… --format pdf', 'every figure that a run has'],
  ],
  async run(args, context) {
    const id = args.id as string;
    if (id !== 'all' && !IDS.includes(id as FigureId))
      throw new UsageError(`there is no figure ${JSON.stringify(id)}`, suggest(id, IDS));
    const formats = formatsOf(args.format as string);
    const stored = readStored(args.run as string[]);
    const prepared = id === 'all' ? everything(stored) : [one(id as FigureId, stored)];
    const out = args.out as string;
    mkdirSync(out, { recursive: true });
    const options = {
      size: args.size as Size,
      mode: args.theme as Mode,
      titled: args.title === true,
      badge: args.badge === true,
    };
    const drawn: { figure: string; caption: string; source: string; files: string[] }[] = [];
    for (const [name, { figure: plain, rows, provenance }] of prepared) {
      const paper = await drawPaper(plain, rows, provenance, options);
      const figure = { ...plain, howToRead: reading(plain.howToRead, paper.spec) };
      for (const warning of paper.warnings) if (context.verbose) context.terminal.err(`${name}: ${warning}\n`);
      const source = `${provenance.kind}, ${provenance.source}`;
      const files: string[] = [];
      for (const format of formats) {
        const file = join(out, `${name}.${format === 'tex' ? 'tex' : FORMATS[format]}`);
        writeFileSync(
          file,
          format === 'tex'
            ? latexFigure({ name, figure, source, wide: options.size === 'two-column' })
            : await encodeFigure(format, figure, rows, provenance, paper, options.mode),
        );
        files.push(file);
      }
      drawn.push({ figure: name, caption: figure.howToRead, source, files });
      if (!context.json) context.terminal.out(files.map((file) => `${file}\n`).join(''));
    }
    if (context.json) context.terminal.outJson(drawn);
    return undefined;
  },
};

function formatsOf(written: string): (Format | 'tex')[] {
  const names = written.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !FORMAT_NAMES.includes(name));
  if (unknown !== undefined)
    throw new UsageError(`--format: there is no format ${JSON.stringify(unknown)}`, suggest(unknown, FORMAT_NAMES));
  return [...new Set(names)] as (Format | 'tex')[];
}

function one(id: FigureId, stored: readonly Stored[]): [FigureId, Prepared] {
  const prepared = prepareFigure(id, FIGURES[id] as unknown as Figure, stored);
  if (prepared.rows.length === 0)
    throw new UsageError(
      `${id} has nothing to show: ${stored.map(({ path }) => path).join(', ')} holds none of what it draws`,
      `mint-bench explain figures/${id} says what it is drawn from`,
    );
  return [id, prepared];
}

/** Every figure that these results fill. */
function everything(stored: readonly Stored[]): [FigureId, Prepared][] {
  const found = IDS.flatMap((id): [FigureId, Prepared][] => {
    try {
      const prepared = prepareFigure(id, FIGURES[id] as unknown as Figure, stored);
      return prepared.rows.length === 0 ? [] : [[id, prepared]];
    } catch (error) {
      if (error instanceof UsageError) return [];
      throw error;
    }
  });
  if (found.length === 0) throw new UsageError('no figure can be drawn from these', 'mint-bench list figures');
  return found;
}
