/** One metric of one scenario over the history of its runs. */

import type { Figure, Row } from '../figures/figure.ts';
import { panels } from '../figures/panels.ts';
import { TIP, tip } from '../figures/series.ts';
import { formatMetric } from '../format.ts';
import type { Theme } from '../theme.ts';

/** Better and worse by more than this are marked: what `compare` takes for the same, it does not mark either. */
export const MARGIN = 0.02;

export interface HistoryPoint {
  date: string;
  /** Short, "–" where there is none. */
  commit: string;
  value: number;
  /** Against the point before it, where its scenario is the same. */
  move: 'better' | 'worse' | 'same' | 'new scenario';
}

export interface Trend {
  metric: string;
  unit: string;
  scenario: string;
  definition: string;
  better: 'higher' | 'lower' | 'neither';
  points: readonly HistoryPoint[];
}

/** Said once for the page. */
export const HOW_TO_READ = `A point a run, in the order of their dates. A triangle marks a change of more than ${100 * MARGIN}% against the run before, for shares of half a percentage point: upwards is better. A diamond begins another version of the scenario, with which values before it are not comparable.`;

const MARKS = {
  same: { shape: 'circle', swatch: 'blue' },
  better: { shape: 'triangle-up', swatch: 'green' },
  worse: { shape: 'triangle-down', swatch: 'orange' },
  'new scenario': { shape: 'diamond', swatch: 'grey' },
} as const;

export function rowsOf({ points, unit }: Trend): Row[] {
  // No line leads to what is not comparable.
  let version = 0;
  return points.map(({ date, commit, value, move }, run) => ({
    run: run + 1,
    version: move === 'new scenario' ? ++version : version,
    date,
    commit,
    value: unit === 'fraction' ? 100 * value : value,
    shown: formatMetric(value, unit, 4),
    move,
  }));
}

export function historyFigure({ scenario, metric, definition, better, unit, points }: Trend): Figure {
  const last = points[points.length - 1];
  const way = { higher: 'Higher is better.', lower: 'Lower is better.', neither: 'Neither way is better.' }[better];
  return {
    scope: 'study',
    section: 'study',
    title: `${scenario}, last ${formatMetric(last.value, unit, 4)}`,
    question: metric,
    howToRead: `${definition} ${way}`,
    source: 'own',
    needs: [],
    prepare: () => [],
    spec: (rows, theme) => specOf(rows, theme, unit),
  };
}

function specOf(rows: readonly Row[], theme: Theme, unit: string) {
  const moves = Object.keys(MARKS) as (keyof typeof MARKS)[];
  const x = {
    field: 'run',
    type: 'quantitative',
    title: 'run',
    scale: { domain: [0.5, rows.length + 0.5], nice: false },
    axis: { tickMinStep: 1, tickCount: Math.min(8, rows.length), format: 'd' },
  };
  const values = rows.map((row) => Number(row.value));
  const y = {
    field: 'value',
    type: 'quantitative',
    title: null,
    axis: { tickCount: 4, format: '~r' },
    scale: { domain: domainOf(values, unit), nice: unit !== 'fraction', zero: false },
  };
  const byMove = (range: readonly string[]) => ({
    field: 'move',
    type: 'nominal',
    legend: null,
    scale: { domain: moves, range },
  });
  return panels(
    theme,
    [
      {
        title: unit === 'fraction' ? '%' : unit,
        height: 130,
        layer: [
          {
            mark: { type: 'line', color: theme.swatches.blue, opacity: 0.55 },
            encoding: { x, y, detail: { field: 'version', type: 'nominal' } },
          },
          {
            transform: [tip("datum.shown + ' · ' + datum.commit + ' · ' + slice(datum.date, 0, 16)")],
            mark: { type: 'point', filled: true, size: 75, opacity: 1, aria: true },
            encoding: {
              x,
              y,
              color: byMove(moves.map((move) => theme.swatches[MARKS[move].swatch])),
              shape: byMove(moves.map((move) => MARKS[move].shape)),
              description: TIP,
            },
          },
        ],
      },
    ],
    56,
  );
}

/** At least a tenth of the value (of shares five points) high: a change that does not matter must not fill the plot. */
function domainOf(values: readonly number[], unit: string): [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const middle = (low + high) / 2;
  const least = unit === 'fraction' ? 2.5 : 0.05 * Math.abs(middle) || 0.5;
  const half = Math.max(least, 0.6 * (high - low));
  const [from, to] = [middle - half, middle + half];
  // No axis goes beyond what is possible: shares end at 100%.
  const top = unit === 'fraction' && high <= 100 ? Math.min(100, to) : to;
  return [low >= 0 ? Math.max(0, from) : from, top];
}
