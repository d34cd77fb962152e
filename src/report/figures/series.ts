/**
 * Series of a plot: their colours, dashes, shapes and legends, and the lines that have them, as plain Vega-Lite. Legends stand above
 * the plot in as many columns as fit.
 */
import { breakLines } from '../caption.ts';
import { textWidth } from '../fonts.ts';
import type { Spec } from '../render.ts';
import type { Look, Theme } from '../theme.ts';
import { coverage, lineWidths, markSizes } from './coincide.ts';
import type { Row } from './figure.ts';
import { AXIS_ROOM, lineBreaks } from './panels.ts';

/** Room of a legend beside a vertical axis that takes `left` px. */
export const legendRoom = (theme: Theme, left = AXIS_ROOM): number => theme.sheet.width - left - 16;
/** Width of a symbol with its gaps, px. */
export const LEGEND_SYMBOL = 36;

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

function scaled(field: string, looks: readonly Look[], by: 'dash' | 'shape', legend: Spec | null): Spec {
  const scale = { domain: looks.map((look) => look.label), range: looks.map((look) => look[by]) };
  return { field, type: 'nominal', scale, legend, sort: null };
}

/** Colour and dash of a line by series: encodings of one field that share one legend. */
export function lineSeries(field: string, looks: readonly Look[], theme: Theme): { color: Spec; strokeDash: Spec } {
  const legend = legendOf(looks, theme, { symbolType: 'stroke', symbolSize: 260 });
  return {
    color: { ...colour(field, looks, theme), legend },
    strokeDash: scaled(field, looks, 'dash', legend),
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
    shape: scaled(field, looks, 'shape', legend),
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
  const dash = scaled('dash', looks, 'dash', null);
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

/** The text of a mark's values: a tooltip in the report. `transform` computes it, `TIP` is the encoding that carries it. */
export const tip = (expression: string): Spec => ({ calculate: expression, as: 'tip' });
export const TIP: Spec = { field: 'tip', type: 'nominal' };
