/**
 * Series that lie on one another: which are covered by later ones, and how those are drawn so that all can be seen. What is
 * beneath is drawn larger: a wide line under a narrow one, a large marker that shows around a small one. No value is moved.
 *
 * Distances are in px of a plot of nominal size; scales are read off the encodings. O(points²) a pair of series.
 */
import type { Spec } from '../render.ts';
import type { Row } from './figure.ts';

/** Size that a plot is taken to have, and how near two marks or lines are one, px. */
const PLOT = { width: 260, height: 150 };
const SAME_MARK = 4;
const SAME_LINE = 1.6;
/** Share of a series' points that lie on another line before it counts as covered by it. */
const MOSTLY = 0.85;

interface Point {
  readonly row: Row;
  readonly px: number;
  readonly py: number;
}

export interface Coverage {
  /** How many later series lie along each; series that none covers are left out. */
  readonly lines: ReadonlyMap<string, number>;
  /** Points that later series mark too, with their number. */
  readonly marks: readonly { readonly row: Row; readonly level: number }[];
}

/** @param rows of one plot, in the order in which they are drawn */
export function coverage(rows: readonly Row[], field: string, x: Spec, y: Spec): Coverage {
  const curves = curvesOf(rows, field, x, y);
  const names = [...curves.keys()];
  const lines = new Map<string, number>();
  const marks: { row: Row; level: number }[] = [];
  names.forEach((name, i) => {
    const own = curves.get(name)!;
    const later = names.slice(i + 1).map((other) => curves.get(other)!);
    const over = later.filter((other) => own.filter((point) => onLine(point, other)).length >= MOSTLY * own.length);
    if (over.length > 0) lines.set(name, over.length);
    for (const point of own) {
      const level = later.filter((other) => other.some((one) => distance(point, one) < SAME_MARK)).length;
      if (level > 0) marks.push({ row: point.row, level });
    }
  });
  return { lines, marks };
}

/** Series in groups whose every point lies on the line of the group's first, and the other way round; a series apart is a group of one. */
export function samePlaces(rows: readonly Row[], field: string, x: Spec, y: Spec): string[][] {
  const curves = curvesOf(rows, field, x, y);
  const groups: string[][] = [];
  for (const [name, own] of curves) {
    const group = groups.find(([first]) => {
      const other = curves.get(first)!;
      return own.every((point) => onLine(point, other)) && other.every((point) => onLine(point, own));
    });
    if (group === undefined) groups.push([name]);
    else group.push(name);
  }
  return groups;
}

function curvesOf(rows: readonly Row[], field: string, x: Spec, y: Spec): Map<string, Point[]> {
  const [fx, fy] = [String(x.field), String(y.field)];
  const drawn = rows.filter((row) => row[fx] !== null && row[fy] !== null && row[fy] !== undefined);
  const along = scale(drawn, x, PLOT.width);
  const up = scale(drawn, y, PLOT.height);
  const curves = new Map<string, Point[]>();
  for (const row of drawn) {
    const point = { row, px: along(row[fx]), py: up(row[fy]) };
    if (!Number.isFinite(point.px) || !Number.isFinite(point.py)) continue;
    const name = String(row[field]);
    const curve = curves.get(name);
    if (curve === undefined) curves.set(name, [point]);
    else curve.push(point);
  }
  return curves;
}

/** Marks a view that draws several series as one (alike.ts). */
export const ALIKE = 'series that coincide are drawn as one';

interface View {
  readonly description?: unknown;
  readonly encoding?: Readonly<Record<string, { readonly condition?: unknown }>>;
}

const NOTES: readonly (readonly [drawn: (view: View) => boolean, note: string])[] = [
  [
    ({ encoding }) => encoding?.size?.condition !== undefined,
    'Where series lie on one another, those beneath are drawn wider or larger.',
  ],
  [
    ({ description }) => description === ALIKE,
    'Series whose lines coincide are drawn as one, which names them all: with = where every value is the same, with ≈ where they differ by less than can be drawn; the data holds each.',
  ],
];

/** How to read a figure as it was drawn. */
export function reading(howToRead: string, spec: Spec): string {
  return [howToRead, ...NOTES.flatMap(([drawn, note]) => (anyView(spec, drawn) ? [note] : []))].join(' ');
}

function anyView(spec: unknown, holds: (view: View) => boolean): boolean {
  if (typeof spec !== 'object' || spec === null) return false;
  if (holds(spec as View)) return true;
  return ['layer', 'hconcat', 'vconcat'].some((parts) => {
    const views = (spec as Record<string, unknown>)[parts];
    return Array.isArray(views) && views.some((view) => anyView(view, holds));
  });
}

/** Widths and sizes by level: each shows two px or so around the one above it. */
const WIDTH = 2;
const WIDER = 1.8;
const widthAt = (level: number) => WIDTH + WIDER * Math.min(level, 4);
const MARK = 45;
const sizeAt = (level: number) => (Math.sqrt(MARK) + 3.2 * Math.min(level, 4)) ** 2;

/** Width of each series' line; nothing where no line is covered, so that a figure without such lines stays plain. */
export function lineWidths(field: string, { lines }: Coverage): Spec {
  if (lines.size === 0) return {};
  const condition = byLevel([...lines].map(([name, level]) => [name, level])).map(([level, names]) => ({
    test: `indexof(${JSON.stringify(names)}, toString(datum[${JSON.stringify(field)}])) >= 0`,
    value: widthAt(level),
  }));
  // The channel that Vega-Lite takes a line's width from.
  return { size: { condition, value: WIDTH } };
}

/** Size of each marker. */
export function markSizes(field: string, x: Spec, { marks }: Coverage): Spec {
  if (marks.length === 0) return {};
  const key = ({ row }: { row: Row }) => `${String(row[field])}\n${String(row[String(x.field)])}`;
  const condition = byLevel(marks.map((mark) => [key(mark), mark.level])).map(([level, keys]) => ({
    test: `indexof(${JSON.stringify(keys)}, datum[${JSON.stringify(field)}] + '\\n' + datum[${JSON.stringify(x.field)}]) >= 0`,
    value: sizeAt(level),
  }));
  return { size: { condition, value: MARK } };
}

function byLevel(entries: readonly (readonly [name: string, level: number])[]): [number, string[]][] {
  const levels = new Map<number, string[]>();
  for (const [name, level] of entries) levels.set(level, [...(levels.get(level) ?? []), name]);
  return [...levels];
}

/** From a value to px: logarithmic where its encoding is, names by position. */
function scale(rows: readonly Row[], { field, scale: options }: Spec, length: number): (value: unknown) => number {
  const { type, domain } = (options ?? {}) as { type?: string; domain?: unknown };
  const values = rows.map((row) => row[String(field)]);
  if (values.some((value) => typeof value !== 'number')) {
    const names = [...new Set(values)];
    return (value) => (length * names.indexOf(value as never)) / Math.max(1, names.length - 1);
  }
  const to = type === 'log' ? (value: number) => Math.log(Math.max(value, Number.MIN_VALUE)) : (value: number) => value;
  const ends = (Array.isArray(domain) && domain.every((end) => typeof end === 'number') ? domain : values) as number[];
  const low = to(ends.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY));
  const high = to(ends.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY));
  // A flat plot: what little the values differ is no distance.
  const span = high - low > 1e-9 * Math.max(Math.abs(high), Math.abs(low)) ? high - low : Number.POSITIVE_INFINITY;
  return (value) => (length * (to(Number(value)) - low)) / span;
}

const distance = (a: Point, b: Point) => Math.hypot(a.px - b.px, a.py - b.py);

function onLine(point: Point, line: readonly Point[]): boolean {
  if (line.length === 1) return distance(point, line[0]) < SAME_LINE;
  return line.some((one, i) => i > 0 && toSegment(point, line[i - 1], one) < SAME_LINE);
}

function toSegment({ px, py }: Point, a: Point, b: Point): number {
  const [dx, dy] = [b.px - a.px, b.py - a.py];
  const length = dx * dx + dy * dy;
  const t = length === 0 ? 0 : Math.max(0, Math.min(1, ((px - a.px) * dx + (py - a.py) * dy) / length));
  return Math.hypot(px - a.px - t * dx, py - a.py - t * dy);
}
