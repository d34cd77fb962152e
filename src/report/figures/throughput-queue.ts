import type { Spec } from '../render.ts';
import { type Look, seriesLooks } from '../theme.ts';
import { countAxis } from './axes.ts';
import { linesByRun } from './by-run.ts';
import type { Figure, Row } from './figure.ts';
import { panels } from './panels.ts';
import { plainLines, present } from './series.ts';
import { endTime, timeAxis, timeSeries } from './time.ts';

const RATES = seriesLooks(['arriving', 'finished']);
const LEVELS = seriesLooks(['running', 'waiting']);

export const throughputQueue: Figure<'run'> = {
  scope: 'run',
  section: 'capacity',
  title: 'Throughput and queue',
  question: 'Does the system keep up?',
  howToRead:
    'Above, requests arriving and finished a second: where the second line leaves the first, work piles up. Below, requests in a running batch and waiting for a place in one; a waiting line that does not come back down is overload.',
  source: 'own',
  needs: ['timeseries'],
  prepare({ timeseries, scenario }) {
    if (timeseries.length === 0) return [];
    const series = timeSeries(timeseries, scenario.duration);
    const rows: Row[] = [];
    for (const [look, column] of [
      [RATES.arriving, 'arrivals'],
      [RATES.finished, 'finished'],
    ] as const) {
      const counts = series.column(column, 'sum');
      for (let i = 0; i < series.length; i++)
        rows.push({
          t_s: series.t[i],
          panel: 'rate',
          series: look.label,
          requests_per_s: counts[i] / series.seconds[i],
          requests: null,
        });
    }
    for (const [look, column] of [
      [LEVELS.running, 'running'],
      [LEVELS.waiting, 'waiting'],
    ] as const) {
      const level = series.column(column, 'mean');
      for (let i = 0; i < series.length; i++)
        rows.push({ t_s: series.t[i], panel: 'level', series: look.label, requests_per_s: null, requests: level[i] });
    }
    return rows;
  },
  spec(rows, theme) {
    const end = endTime(rows);
    const count = theme.roomy ? 8 : 5;
    const lines = (looks: Readonly<Record<string, Look>>, panel: string, x: Spec, y: Spec) => {
      const own = rows.filter((row) => row.panel === panel);
      return plainLines('series', present(looks, rows, 'series'), theme, x, y, own);
    };
    const views = [
      {
        title: 'requests a second',
        height: 105,
        transform: [{ filter: "datum.panel == 'rate'" }],
        mark: { type: 'line' },
        encoding: lines(RATES, 'rate', timeAxis(end, count, false), countAxis('requests_per_s', null)),
      },
      {
        title: 'requests in the system',
        height: 105,
        transform: [{ filter: "datum.panel == 'level'" }],
        mark: { type: 'line' },
        encoding: lines(LEVELS, 'level', timeAxis(end, count), countAxis('requests', null)),
      },
    ];
    return { ...panels(theme, views), resolve: { scale: { color: 'independent', strokeDash: 'independent' } } };
  },
  across: linesByRun(
    {
      howToRead:
        'A line a run: above, requests finished a second; below, requests waiting for a place in a running batch, on average over an interval. A waiting line that does not come back down is overload; of runs with the same load, the one that finishes fewer falls behind.',
    },
    [
      {
        title: 'requests finished a second',
        height: 105,
        value: (series) => series.column('finished', 'sum').map((count, i) => count / series.seconds[i]),
        y: (field) => countAxis(field, null),
      },
      {
        title: 'requests waiting',
        height: 105,
        value: (series) => series.column('waiting', 'mean'),
        y: (field) => countAxis(field, null),
      },
    ],
  ),
};
