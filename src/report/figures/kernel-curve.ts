/**
 * What the figures of measured kernel curves share: the time of a launch against one parameter of the shape, with its interval,
 * and, where it says something, that time over the base model's own product. Each curve is one set of shapes on one device; several
 * devices are series of one plot.
 */
import type { Spec } from '../render.ts';
import { seriesLooks, type Theme } from '../theme.ts';
import { countAxis, millisecondsAxis } from './axes.ts';
import type { Figure, KernelRow, Row } from './figure.ts';
import { distinct, panels } from './panels.ts';
import { pointSeries } from './series.ts';

export interface KernelCurve extends Pick<Figure, 'title' | 'question' | 'howToRead'> {
  /** Suite of the shapes. */
  readonly curve: string;
  /** What the horizontal axis shows. */
  readonly x: string;
  /** Draws the share of the base product below the times. */
  readonly share: boolean;
}

export const kernelCurve = ({ curve, x, share, ...texts }: KernelCurve): Figure<'kernel'> => ({
  scope: 'kernel',
  section: 'kernel',
  ...texts,
  source: 'own',
  needs: [],
  prepare: (measured) => measured.filter(({ kernel }) => kernel === curve).map(curveRow),
  spec: (rows, theme) => spec(rows, theme, x, share),
});

/** Times in ms of one launch with cold caches; bounds of the median's 95% interval. */
function curveRow({ run, shape, label, x, seconds, low, high, baseSeconds }: KernelRow): Row {
  return {
    series: [run, shape].filter((part) => part !== '').join(', '),
    shape: label,
    x,
    lora_ms: seconds * 1e3,
    lo: low * 1e3,
    hi: high * 1e3,
    base_share: seconds / baseSeconds,
  };
}

/** Values of the horizontal axis that are labelled one by one. */
const LABELS = 13;

function spec(rows: readonly Row[], theme: Theme, title: string, share: boolean): Spec {
  const looks = Object.values(seriesLooks(distinct(rows, 'series')));
  const xs = rows.map((row) => Number(row.x));
  const bounds = rows.flatMap((row) => [Number(row.lo), Number(row.hi), Number(row.lora_ms)]);
  // A few measured values label the axis themselves; many (parameters of models) leave it to powers of ten.
  const measured = [...new Set(xs)].sort((a, b) => a - b);
  const labels = share || measured.length > LABELS ? {} : { values: measured };
  const x = (last: boolean) => {
    const axis = countAxis('x', last ? title : null, { log: true, values: xs, padding: 6 });
    return { ...axis, axis: { ...(axis.axis as object), ...labels } };
  };
  const y = millisecondsAxis('lora_ms', null, { log: true, values: bounds });
  const points = pointSeries('series', looks, theme);
  const line = {
    mark: { type: 'line', strokeWidth: 1.5, opacity: 0.6 },
    encoding: { x: x(true), y, color: points.color },
  };
  const interval = {
    mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.6 },
    encoding: { x: x(!share), y: { ...y, field: 'lo' }, y2: { field: 'hi' }, color: points.color },
  };
  const marks = (vertical: Spec, last: boolean) => ({
    mark: { type: 'point', filled: true, size: 50, opacity: 0.9 },
    encoding: { x: x(last), y: vertical, ...points },
  });
  const times = {
    title: 'time of a launch, median and 95% interval',
    height: share ? 150 : 200,
    layer: [...(share ? [] : [line]), interval, marks(y, !share)],
  };
  if (!share) return panels(theme, [times], 56);
  const shares = rows.map((row) => Number(row.base_share));
  const below = marks(countAxis('base_share', null, { log: true, values: shares }), true);
  return panels(theme, [times, { title: 'over the base product at its roofline', height: 90, ...below }], 56);
}
