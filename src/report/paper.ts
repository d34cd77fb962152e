/**
 * A figure as a file of its own at the width of a paper's column, a page or a slide: drawn until its labels, whose room can
 * only be estimated beforehand, leave it exactly as wide as it should be.
 */
import { csv } from './csv.ts';
import type { Figure, Row } from './figures/figure.ts';
import { assemble } from './figures/frame.ts';
import { writePdf } from './pdf/write.ts';
import { type Renderer, renderer, type Spec } from './render.ts';
import type { Provenance } from './run-data.ts';
import { type Mode, SIZES, type Size, theme } from './theme.ts';

/** Formats of a figure and the ends of their files' names. */
export const FORMATS = { svg: 'svg', png: 'png', pdf: 'pdf', vl: 'vl.json', csv: 'csv' } as const;
export type Format = keyof typeof FORMATS;

export interface PaperOptions {
  readonly size: Size;
  readonly mode?: Mode;
  /** Title and question above the drawing; for a paper they stand in its text. Default: false. */
  readonly titled?: boolean;
  /** The line that says where the numbers come from. Default: true. */
  readonly badge?: boolean;
}

export interface PaperFigure {
  readonly spec: Spec;
  readonly svg: string;
  readonly warnings: readonly string[];
}

/** Drawings until a figure must have its width; each step takes off what the last one had too much. */
const DRAWINGS = 5;
/** How far a drawing may be from its width, px. */
const CLOSE = 0.6;
/** Dots to the inch of a PNG: what journals ask of pictures with text. */
const DPI = 300;

export async function drawPaper(
  figure: Figure,
  rows: readonly Row[],
  provenance: Provenance,
  { size, mode = 'light', titled = false, badge = true }: PaperOptions,
): Promise<PaperFigure> {
  const render = await renderer();
  const wanted: number = SIZES[size].width;
  const source = `${provenance.kind} · ${provenance.source}`;
  let trim = 0;
  let best: (PaperFigure & { excess: number }) | undefined;
  for (let i = 0; i < DRAWINGS; i++) {
    const look = theme(mode, size, trim);
    const options = titled ? { titled, caption: source } : { titled, ...(badge ? { badge: source } : {}) };
    const spec = { ...assemble(figure, rows, look, options), description: `${figure.question} (${source})` };
    const { svg, warnings } = await render.svg(spec);
    const excess = widthOf(svg) - wanted;
    if (best === undefined || Math.abs(excess) < Math.abs(best.excess)) best = { spec, svg, warnings, excess };
    if (Math.abs(excess) <= CLOSE) break;
    trim += excess;
  }
  const { spec, svg, warnings } = best!;
  return { spec, svg: scaled(svg, SIZES[size].zoom), warnings };
}

const HEAD = /^(<svg [^>]*?)width="([\d.]+)" height="([\d.]+)"/;

const widthOf = (svg: string): number => Number(HEAD.exec(svg)![2]);

function scaled(svg: string, zoom: number): string {
  const length = (text: string) => String(Number((Number(text) * zoom).toFixed(2)));
  return svg.replace(HEAD, (_, head, width, height) => `${head}width="${length(width)}" height="${length(height)}"`);
}

/** The bytes of a drawn figure in one format. */
export async function encodeFigure(
  format: Format,
  figure: Figure,
  rows: readonly Row[],
  provenance: Provenance,
  drawn: PaperFigure,
  mode: Mode = 'light',
  render?: Renderer,
): Promise<string | Uint8Array> {
  switch (format) {
    case 'svg':
      return drawn.svg;
    case 'csv':
      return csv(rows);
    case 'vl':
      return `${JSON.stringify(drawn.spec, null, 1)}\n`;
    case 'pdf':
      return writePdf(drawn.svg, {
        title: figure.title,
        subject: `${figure.question} ${provenance.kind}, ${provenance.source}`,
      });
    case 'png':
      return (render ?? (await renderer())).png(drawn.svg, DPI / 96, theme(mode).background);
  }
}
