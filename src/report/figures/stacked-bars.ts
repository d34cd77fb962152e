/**
 * Level bars, one a category, divided into parts that carry their percentage where it fits: what the figures of lookups, of
 * request time and of memory share. Rows hold where each part begins and ends (`from`, `to`) and its `share`.
 */
import type { Spec } from '../render.ts';
import type { Look, Theme } from '../theme.ts';
import type { Row } from './figure.ts';
import { barsHeight, categoryAxis, distinct, labelRoom, panels } from './panels.ts';
import { colour, present, TIP, tip } from './series.ts';

export interface StackedBars {
  /** Field that names the bars. */
  readonly category: string;
  /** Field that names the parts, and their looks. */
  readonly part: string;
  readonly looks: Readonly<Record<string, Look>>;
  readonly x: Spec;
  /** Least share that has room for its percentage; where the axis does not end at 100%. */
  readonly least?: number;
  /** Vega expression of what a part amounts to: it follows category, part and share in the tooltip. */
  readonly amount: string;
}

export function stackedBars(rows: readonly Row[], theme: Theme, bars: StackedBars): Spec {
  const names = distinct(rows, bars.category);
  const y = categoryAxis(bars.category);
  const shown = present(bars.looks, rows, bars.part);
  const left = labelRoom(names, theme);
  return panels(
    theme,
    [
      {
        title: null,
        height: barsHeight(names.length),
        layer: [
          {
            transform: [
              tip(
                `datum['${bars.category}'] + ' · ' + datum['${bars.part}'] + ' · ' + format(datum.share, '.1%') + ' · ' + ${bars.amount}`,
              ),
            ],
            mark: { type: 'bar', stroke: theme.background, strokeWidth: 0.8, aria: true },
            encoding: {
              y,
              x: { ...bars.x, field: 'from' },
              x2: { field: 'to' },
              color: colour(bars.part, shown, theme, left),
              description: TIP,
            },
          },
          {
            transform: [
              { filter: `datum.share >= ${bars.least ?? (theme.roomy ? 0.07 : 0.13)}` },
              { calculate: '(datum.from + datum.to) / 2', as: 'middle' },
            ],
            mark: { type: 'text', color: theme.background, fontWeight: 'bold' },
            encoding: { y, x: { field: 'middle', type: 'quantitative' }, text: { field: 'share', format: '.0%' } },
          },
        ],
      },
    ],
    left,
  );
}
