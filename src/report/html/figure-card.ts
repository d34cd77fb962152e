/** One figure in the page: its question, the drawing at two widths, how to read it, where it is from, and its data. */
import type { Figure, Row } from '../figures/figure.ts';
import { inlineSvg } from '../render.ts';
import type { Provenance } from '../run-data.ts';
import { dataUrl, text } from './escape.ts';

/** A figure as write.ts has drawn it, without caption, in the light variant. */
export interface DrawnFigure {
  readonly id: string;
  readonly figure: Pick<Figure, 'title' | 'question' | 'howToRead' | 'section' | 'source'>;
  readonly provenance: Provenance;
  readonly wide: string;
  readonly narrow: string;
  /** What it is drawn from. */
  readonly rows: readonly Row[];
  readonly csv: string;
  /** The Vega-Lite specification as JSON. */
  readonly spec: string;
}

export function figureCard({ id, figure, provenance, wide, narrow, csv, spec }: DrawnFigure): string {
  const alt = `${figure.title}. ${figure.howToRead}`;
  const picture = (svg: string, kind: string) =>
    `<div class="${kind}" role="img" aria-label="${text(alt)}">${inlineSvg(svg, 'light', `${id}-${kind}`)}</div>`;
  const download = (name: string, type: string, content: string, label: string) =>
    `<a class="file" download="${text(name)}" href="${dataUrl(type, content)}">${label}</a>`;
  return `<figure class="card" id="${text(id)}">
<h3>${text(figure.question)}</h3>
<p class="kind">${text(figure.title)}</p>
<div class="plot">${picture(wide, 'wide')}${picture(narrow, 'narrow')}</div>
<figcaption>
<p><b>How to read.</b> ${text(figure.howToRead)}${figure.source === 'own' ? '' : ` <span class="quiet">Form: ${text(figure.source)}.</span>`}</p>
<p class="foot"><span class="badge ${provenance.kind}">${provenance.kind}</span> <span class="quiet">${text(provenance.source)}</span><span class="files">${download(`${id}.csv`, 'text/csv', csv, 'data')}${download(`${id}.vl.json`, 'application/json', JSON.stringify(JSON.parse(spec)), 'Vega-Lite')}${download(`${id}.svg`, 'image/svg+xml', wide, 'SVG')}</span></p>
</figcaption>
</figure>`;
}
