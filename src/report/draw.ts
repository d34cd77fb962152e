/** Figures → specification, SVG at both widths, CSV: what files and page are made of. */
import { csv } from './csv.ts';
import { assemble } from './figures/chart.ts';
import type { Figure, Inputs, Row, Scope } from './figures/figure.ts';
import { figuresOf } from './figures/index.ts';
import type { DrawnFigure } from './html/figure-card.ts';
import { type Renderer, renderer } from './render.ts';
import type { Provenance } from './run-data.ts';
import { theme } from './theme.ts';

export interface Drawing extends DrawnFigure {
  /** With title, question and caption inside the picture; light variant. */
  readonly file: string;
  readonly warnings: readonly string[];
}

/** Draws every figure of a scope that has something to show. */
export async function drawAll<S extends Scope>(scope: S, input: Inputs[S], provenance: Provenance): Promise<Drawing[]> {
  const drawings: Drawing[] = [];
  for (const [id, figure] of figuresOf(scope)) {
    const rows = figure.prepare(input);
    if (rows.length > 0) drawings.push(await draw(id, figure, rows, provenance, await renderer()));
  }
  return drawings;
}

export async function draw(
  id: string,
  figure: Figure,
  rows: readonly Row[],
  provenance: Provenance,
  render: Renderer,
): Promise<Drawing> {
  const caption = `${provenance.kind} · ${provenance.source}`;
  const spec = assemble(figure, rows, theme('light', 'wide'), { titled: true, caption });
  const file = await render.svg(spec);
  const wide = await render.svg(assemble(figure, rows, theme('light', 'wide'), { titled: false }));
  const narrow = await render.svg(assemble(figure, rows, theme('light', 'narrow'), { titled: false }));
  return {
    id,
    figure,
    provenance,
    file: file.svg,
    wide: wide.svg,
    narrow: narrow.svg,
    csv: csv(rows),
    spec: JSON.stringify(spec, null, 1),
    warnings: [...file.warnings, ...wide.warnings, ...narrow.warnings].map((warning) => `${id}: ${warning}`),
  };
}
