/**
 * The parts that figures are put together from: frame, panels, axes, legends and series encodings, all as plain Vega-Lite.
 *
 * Axis titles stand level above the axis instead of on their side; legends stand above the plot in as many columns as fit.
 */
import { breakLines } from '../caption.ts';
import { textWidth } from '../fonts.ts';
import type { Spec } from '../render.ts';
import { FONT_STACK, type Look, type Theme } from '../theme.ts';
import { coverage, lineWidths, markSizes } from './coincide.ts';
import type { Figure, Row } from './figure.ts';

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

/** Room of a vertical axis of numbers, px. */
const AXIS_ROOM = 44;
/** Room of a legend beside a vertical axis that takes `left` px. */
const legendRoom = (theme: Theme, left = AXIS_ROOM): number => theme.sheet.width - left - 16;
/** Width of a symbol with its gaps, px. */
const LEGEND_SYMBOL = 36;

/** Columns that a horizontal legend of these labels may take beside a vertical axis of `left` px, symbols included. */
export function legendColumns(labels: readonly string[], theme: Theme, left?: number): number {
  const widths = labels.map((label) => textWidth(label, theme.sheet.text));
  const room = legendRoom(theme, left);
  const most = Math.max(1, Math.min(labels.length, Math.floor(room / (Math.max(1, ...widths) + LEGEND_SYMBOL))));
  // As many rows as it takes, filled evenly: two and two instead of three and one.
  return Math.max(1, Math.ceil(labels.length / Math.ceil(labels.length / most)));
}

/** Only the looks whose label is present in the rows' field, in the looks' order. */
export function present(looks: Readonly<Record<string, Look>>, rows: readonly Row[], field: string): Look[] {
  const seen = new Set(rows.map((row) => row[field]));
  return Object.values(looks).filter((look) => seen.has(look.label));
}

function legendOf(looks: readonly Look[], theme: Theme, extra: Spec = {}, left?: number): Spec | null {
  if (looks.length < 2) return null;
  const labels = looks.map((look) => look.label);
  const room = legendRoom(theme, left) - LEGEND_SYMBOL;
  const width = (line: string) => textWidth(line, theme.sheet.text);
  const broken = labels.map((label) => breakLines(label, room, width));
  return {
    symbolType: 'square',
    columns: legendColumns(labels, theme, left),
    ...(broken.every((lines) => lines.length < 2) ? {} : { labelExpr: lineBreaks(labels, broken) }),
    ...extra,
  };
}

/** Fill or stroke colour by series; `left`: room of the vertical axis where it holds names, px. */
export function colour(field: string, looks: readonly Look[], theme: Theme, left?: number): Spec {
  return {
    field,
    type: 'nominal',
    scale: { domain: looks.map((look) => look.label), range: looks.map((look) => theme.swatches[look.swatch]) },
    legend: legendOf(looks, theme, {}, left),
    sort: null,
  };
}

function scaled(field: string, looks: readonly Look[], range: readonly unknown[], legend: Spec | null): Spec {
  return { field, type: 'nominal', scale: { domain: looks.map((look) => look.label), range }, legend, sort: null };
}

/** Colour and dash of a line by series: encodings of one field that share one legend. */
export function lineSeries(field: string, looks: readonly Look[], theme: Theme): { color: Spec; strokeDash: Spec } {
  const legend = legendOf(looks, theme, { symbolType: 'stroke', symbolSize: 260 });
  return {
    color: { ...colour(field, looks, theme), legend },
    strokeDash: scaled(
      field,
      looks,
      looks.map((look) => look.dash),
      legend,
    ),
  };
}

/** Position, colour and dash of lines without markers; `rows` of this plot as for markedLines. */
export function plainLines(
  field: string,
  looks: readonly Look[],
  theme: Theme,
  x: Spec,
  y: Spec,
  rows: readonly Row[],
): Spec {
  return { x, y, ...lineSeries(field, looks, theme), ...lineWidths(field, coverage(rows, field, x, y)) };
}

/** Colour and shape of a point by series. */
export function pointSeries(field: string, looks: readonly Look[], theme: Theme): { color: Spec; shape: Spec } {
  const legend = legendOf(looks, theme, { symbolType: undefined, symbolOpacity: 1 });
  return {
    color: { ...colour(field, looks, theme), legend },
    shape: scaled(
      field,
      looks,
      looks.map((look) => look.shape),
      legend,
    ),
  };
}

/**
 * Lines with a marker on every point. The legend shows the markers; the dash reads a copy of the field, because encodings of
 * one field merge their legends and a dashed marker is a smudge.
 *
 * @param rows of this plot, with `field`: where series lie on one another, those beneath are drawn larger
 */
export function markedLines(
  field: string,
  looks: readonly Look[],
  theme: Theme,
  x: Spec,
  y: Spec,
  rows: readonly Row[],
): Spec {
  const covered = coverage(rows, field, x, y);
  const points = pointSeries(field, looks, theme);
  const dash = scaled(
    'dash',
    looks,
    looks.map((look) => look.dash),
    null,
  );
  return {
    transform: [
      { calculate: `datum['${field}']`, as: 'dash' },
      tip(`datum['${field}'] + ' · ' + format(datum['${y.field}'], '.4~r') + ' at ' + datum['${x.field}']`),
    ],
    layer: [
      {
        transform: [{ filter: 'isValid(datum.lo) && isValid(datum.hi)' }],
        mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.6 },
        encoding: { x, y: { ...y, field: 'lo' }, y2: { field: 'hi' }, color: points.color },
      },
      {
        mark: { type: 'line' },
        encoding: { x, y, color: points.color, strokeDash: dash, ...lineWidths(field, covered) },
      },
      {
        mark: { type: 'point', filled: true, size: 45, opacity: 1, aria: true },
        encoding: { x, y, ...points, ...markSizes(field, x, covered), description: TIP },
      },
    ],
  };
}

/** One plot of a figure; `title` says what its vertical axis shows. */
export interface Panel extends Spec {
  readonly title: string | null;
  readonly height: number;
}

/**
 * Panels above one another; also the frame of a figure with a single panel. Every panel gets the same room for its vertical
 * axis (`left`, px), so that their plots stand in line; the unit of that axis is written above the plot, level.
 */
export function panels(theme: Theme, views: readonly Panel[], left: number = AXIS_ROOM): Spec {
  const text = {
    fontSize: theme.sheet.text,
    fontWeight: 'normal',
    color: theme.muted,
    offset: 8,
    anchor: 'start',
    frame: 'group',
  };
  const lines = (title: string) => {
    const broken = breakLines(title, theme.sheet.width - left - 14, (line) => textWidth(line, theme.sheet.text));
    return broken.length === 1 ? title : broken;
  };
  return {
    vconcat: views.map(({ title, ...view }) => ({
      ...view,
      ...(title === null ? {} : { title: { text: lines(title), ...text } }),
      height: Math.round(view.height * theme.sheet.height),
      width: theme.sheet.width - left - 24 - theme.trim,
    })),
    spacing: 16,
  };
}

/** Room that the labels of a vertical category axis take, px. */
export function labelRoom(labels: readonly string[], theme: Theme, most: number = 160): number {
  return Math.min(most, 16 + Math.max(0, ...labels.map((label) => textWidth(label, theme.sheet.text))));
}

/** The text of a mark's values: a tooltip in the report. `transform` computes it, `TIP` is the encoding that carries it. */
export const tip = (expression: string): Spec => ({ calculate: expression, as: 'tip' });
export const TIP: Spec = { field: 'tip', type: 'nominal' };

/** A level category axis in the rows' order, without a title (the categories name themselves). */
export function categoryAxis(field: string): Spec {
  return { field, type: 'nominal', sort: null, title: null, axis: { labelLimit: 150, labelOverlap: false } };
}

/** A labelExpr that writes these names on the lines they were broken into. */
export function lineBreaks(names: readonly string[], broken: readonly (readonly string[])[]): string {
  const parts = names.flatMap((name, i) =>
    broken[i].length < 2 ? [] : [`datum.label == ${JSON.stringify(name)} ? ${JSON.stringify(broken[i])} : `],
  );
  return `${parts.join('')}datum.label`;
}

/** Distinct values of a field in the rows' order. */
export function distinct(rows: readonly Row[], field: string): string[] {
  return [...new Set(rows.map((row) => String(row[field])))];
}

/** Height of a plot with one bar a category: thick enough to label, never a wall of ink. */
export const barsHeight = (bars: number): number => Math.min(420, 36 * bars + 8);
