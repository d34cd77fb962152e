import { countAxis } from './axes.ts';
import { linesByRun } from './by-run.ts';
import type { Figure, Row } from './figure.ts';
import { panels } from './panels.ts';
import { endTime, timeAxis, timeSeries } from './time.ts';

export const loadStaircase: Figure<'run'> = {
  scope: 'run',
  section: 'residency',
  title: 'Cold-load staircase',
  question: 'How fast do missing adapters come in?',
  howToRead:
    'Above, adapters loaded into host memory since the start; its slope is the load rate, and a straight line under rising demand is a loader at its limit. Below, loads in progress: where they pile up while the slope stays the same, requests wait for the loader.',
  source: 'after the cold-admission staircase of the MinT paper (arXiv 2605.13779)',
  needs: ['timeseries'],
  prepare({ timeseries, scenario }) {
    if (timeseries.length === 0) return [];
    const series = timeSeries(timeseries, scenario.duration);
    const loads = series.column('loads', 'sum');
    const inFlight = series.column('loads_in_flight', 'mean');
    const rows: Row[] = [];
    let total = 0;
    for (let i = 0; i < series.length; i++) {
      total += loads[i];
      rows.push({
        t_s: series.t[i],
        loads_per_s: loads[i] / series.seconds[i],
        loads_total: total,
        loads_in_flight: inFlight[i],
      });
    }
    return total > 0 ? rows : [];
  },
  spec(rows, theme) {
    const end = endTime(rows);
    const count = theme.roomy ? 8 : 5;
    return panels(theme, [
      {
        title: 'adapters loaded since the start',
        height: 130,
        mark: { type: 'line', interpolate: 'step-after', color: theme.swatches.blue },
        encoding: { x: timeAxis(end, count, false), y: countAxis('loads_total', null) },
      },
      {
        title: 'loads in progress',
        height: 80,
        mark: {
          type: 'area',
          interpolate: 'step-after',
          color: theme.swatches.orange,
          opacity: 0.45,
          line: { strokeWidth: 1.5, color: theme.swatches.orange },
        },
        encoding: { x: timeAxis(end, count), y: countAxis('loads_in_flight', null, { tickCount: 3 }) },
      },
    ]);
  },
  across: linesByRun(
    {
      howToRead:
        'A line a run: above, adapters loaded into host memory since the start, whose slope is the load rate; below, loads in progress. Under the same requests a flatter line is a higher hit ratio, unless loads in progress pile up below: then the loader is at its limit.',
    },
    [
      {
        title: 'adapters loaded since the start',
        height: 130,
        value: (series) => {
          let total = 0;
          return series.column('loads', 'sum').map((loads) => (total += loads));
        },
        y: (field) => countAxis(field, null),
      },
      {
        title: 'loads in progress',
        height: 80,
        value: (series) => series.column('loads_in_flight', 'mean'),
        y: (field) => countAxis(field, null, { tickCount: 3 }),
      },
    ],
  ),
};
