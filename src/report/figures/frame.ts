/** A figure as a whole specification: what stands around its plots, and the look of everything in them. */
import { breakLines } from '../caption.ts';
import { textWidth } from '../fonts.ts';
import type { Spec } from '../render.ts';
import { FONT_STACK, type Theme } from '../theme.ts';
import type { Figure, Row } from './figure.ts';
import { LEGEND_SYMBOL, legendRoom } from './series.ts';

export const SCHEMA = 'https://vega.github.io/schema/vega-lite/v6.json';

export interface FrameOptions {
  /** Title, question and provenance inside the picture: for files, not for a page that has them as text. */
  readonly caption?: string;
  readonly titled: boolean;
  /** A line below the drawing that says where its numbers come from: for figures whose title stands in a paper's text. */
  readonly badge?: string;
}

/** The full specification of a figure: opens in the Vega editor as it is. */
export function assemble(figure: Figure, rows: readonly Row[], theme: Theme, options: FrameOptions): Spec {
  return {
    $schema: SCHEMA,
    description: figure.question,
    ...(options.titled ? { title: titleOf(figure, theme, options.caption) } : {}),
    ...(options.badge === undefined ? {} : { title: badgeOf(options.badge, theme) }),
    data: { name: 'rows', values: rows },
    ...figure.spec(rows, theme),
    config: config(theme),
  };
}

function titleOf(figure: Figure, theme: Theme, caption: string | undefined): Spec {
  const lines = wrap(figure.question, Math.floor(theme.sheet.width / 6.7));
  return { text: figure.title, subtitle: caption === undefined ? lines : [...lines, caption] };
}

const badgeOf = (text: string, theme: Theme): Spec => ({
  text: breakLines(text, theme.sheet.width - 24, (line) => textWidth(line, theme.sheet.text)),
  orient: 'bottom',
  anchor: 'end',
  frame: 'bounds',
  offset: 6,
  color: theme.muted,
  fontSize: theme.sheet.text,
  fontWeight: 'normal',
});

/** Breaks at spaces; a line holds at most `columns` characters unless one word is longer. */
export function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= columns) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

function config(theme: Theme): Record<string, unknown> {
  const text = {
    labelColor: theme.muted,
    titleColor: theme.muted,
    labelFontSize: theme.sheet.text,
    titleFontSize: theme.sheet.text,
    titleFontWeight: 'normal',
  };
  return {
    background: theme.background,
    font: FONT_STACK,
    padding: { left: 6, right: 12, top: 6, bottom: 6 },
    view: { stroke: null },
    title: {
      anchor: 'start',
      frame: 'bounds',
      color: theme.ink,
      fontSize: 15,
      fontWeight: 'bold',
      subtitleColor: theme.muted,
      subtitleFontSize: 11,
      subtitleLineHeight: 15,
      subtitlePadding: 5,
      offset: 14,
    },
    axis: {
      ...text,
      aria: false,
      gridColor: theme.grid,
      domainColor: theme.grid,
      tickColor: theme.grid,
      labelPadding: 6,
      labelOverlap: true,
      labelSeparation: 6,
      tickSize: 4,
    },
    axisY: { domain: false, ticks: false },
    axisX: { grid: false, labelFlush: false, titleAnchor: 'end', titlePadding: 6 },
    legend: {
      aria: false,
      orient: 'top',
      direction: 'horizontal',
      title: null,
      labelColor: theme.ink,
      labelFontSize: theme.sheet.text,
      // What is longer than the sheet is wide is cut off.
      labelLimit: legendRoom(theme) - LEGEND_SYMBOL,
      symbolSize: 90,
      symbolStrokeWidth: 2,
      columnPadding: 14,
      rowPadding: 3,
      offset: 8,
    },
    line: { strokeWidth: 2, strokeJoin: 'round', strokeCap: 'butt' },
    area: { line: false, opacity: 0.9 },
    rule: { color: theme.muted },
    text: { color: theme.ink, fontSize: theme.sheet.text },
    bar: { cornerRadius: 1 },
    // Only marks that ask for it carry a text of their values: it becomes the tooltip of a report, and weighs 100 B a mark.
    mark: { aria: false },
    range: { category: Object.values(theme.swatches) },
  };
}
