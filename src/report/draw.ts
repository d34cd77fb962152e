/** Figures → specification, SVG at both widths, CSV: what files and page are made of. */
import { captioned } from './caption.ts';
import { csv } from './csv.ts';
import { reading } from './figures/coincide.ts';
import type { Figure, Inputs, Row, Scope } from './figures/figure.ts';
import { assemble } from './figures/frame.ts';
import { type FigureId, figuresOf } from './figures/index.ts';
import type { DrawnFigure } from './html/figure-card.ts';
import { type Renderer, renderer } from './render.ts';
import type { Provenance } from './run-data.ts';
import { theme } from './theme.ts';

export interface Drawing extends DrawnFigure {
  /** With title, question and provenance above the drawing; light variant. */
  readonly file: string;
  /** The same as PNG, where it was asked for. */
  readonly png: Uint8Array | null;
  readonly warnings: readonly string[];
}

/** Device pixels of a PNG for each CSS pixel. */
const PNG_SCALE = 2;

export interface DrawOptions {
  readonly png?: boolean;
  /** Figures to draw; all of the scope by default. */
  readonly only?: readonly FigureId[];
}

/** Draws every figure of a scope that has something to show. PNGs are drawn on other threads, beside the figures after them. */
export async function drawAll<S extends Scope>(
  scope: S,
  input: Inputs[S],
  provenance: Provenance,
  { png = false, only }: DrawOptions = {},
): Promise<Drawing[]> {
  const drawings: Promise<Drawing>[] = [];
  for (const [id, figure] of figuresOf(scope)) {
    if (only !== undefined && !only.includes(id)) continue;
    const rows = figure.prepare(input);
    if (rows.length === 0) continue;
    const render = await renderer();
    const drawing = await draw(id, told(figure, input), rows, provenance, render);
    const picture = png ? render.png(drawing.file, PNG_SCALE, theme('light').background) : Promise.resolve(null);
    const whole = picture.then((bytes) => ({ ...drawing, png: bytes }));
    // Awaited below; a failure of one is reported there, not as unhandled while others are still drawn.
    whole.catch(() => undefined);
    drawings.push(whole);
  }
  return Promise.all(drawings);
}

/** The figure with what is to be said of its input in its caption. */
export function told<S extends Scope>(figure: Figure<S>, input: Inputs[S]): Figure<S> {
  const more = figure.besides?.(input) ?? '';
  return more === '' ? figure : { ...figure, howToRead: `${figure.howToRead} ${more}` };
}

async function draw(
  id: string,
  figure: Figure,
  rows: readonly Row[],
  provenance: Provenance,
  render: Renderer,
): Promise<Omit<Drawing, 'png'>> {
  const caption = `${provenance.kind} · ${provenance.source}`;
  const light = theme('light', 'wide');
  const wide = await render.svg(assemble(figure, rows, light, { titled: false }));
  const narrow = await render.svg(assemble(figure, rows, theme('light', 'narrow'), { titled: false }));
  const spec = assemble(figure, rows, light, { titled: true, caption });
  return {
    id,
    figure: { ...figure, howToRead: reading(figure.howToRead, spec) },
    provenance,
    file: captioned(wide.svg, { title: figure.title, lines: [figure.question, caption] }, light),
    wide: wide.svg,
    narrow: narrow.svg,
    rows,
    csv: csv(rows),
    spec: JSON.stringify(spec, null, 1),
    warnings: [...wide.warnings, ...narrow.warnings].map((warning) => `${id}: ${warning}`),
  };
}
