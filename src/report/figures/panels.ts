/** Plots of a figure, above one another and in line, and the axes of names beside them. Axis titles stand level above the axis instead of on their side. */
import { breakLines } from '../caption.ts';
import { textWidth } from '../fonts.ts';
import type { Spec } from '../render.ts';
import type { Theme } from '../theme.ts';
import type { Row } from './figure.ts';

/** Room of a vertical axis of numbers, px. */
export const AXIS_ROOM = 44;
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
