import { PERCENTILES } from '../theme.ts';
import { countAxis, millisecondsAxis } from './axes.ts';
import { linesByRun } from './by-run.ts';
import type { Figure, Row } from './figure.ts';
import { panels } from './panels.ts';
import { lineSeries, present } from './series.ts';
import { endTime, orNull, timeAxis, timeSeries } from './time.ts';

export const latencyOverTime: Figure<'run'> = {
  scope: 'run',
  section: 'latency',
  title: 'Latency over time',
  question: 'Does waiting follow the load, or something else?',
  howToRead:
    'Above, the median and 99th percentile of the time to first token in each interval; below, how many requests arrived. A long run is drawn in wider intervals, by the median of those they hold. A tail that rises without the load points at cold adapters or at a neighbour, not at capacity.',
  source: 'own',
  needs: ['timeseries'],
  prepare({ timeseries, scenario }) {
    if (timeseries.length === 0) return [];
    const series = timeSeries(timeseries, scenario.duration);
    const arrivals = series.column('arrivals', 'sum');
    const rows: Row[] = [];
    for (const [look, column] of [
      [PERCENTILES.p50, 'ttft_ms_p50'],
      [PERCENTILES.p99, 'ttft_ms_p99'],
    ] as const) {
      const values = series.column(column, 'median');
      for (let i = 0; i < series.length; i++)
        rows.push({ t_s: series.t[i], series: look.label, ttft_ms: orNull(values[i]), arrivals_per_s: null });
    }
    for (let i = 0; i < series.length; i++)
      rows.push({
        t_s: series.t[i],
        series: 'arrivals',
        ttft_ms: null,
        arrivals_per_s: arrivals[i] / series.seconds[i],
      });
    return rows;
  },
  spec(rows, theme) {
    const end = endTime(rows);
    const values = rows.map((row) => Number(row.ttft_ms)).filter((value) => value > 0);
    const count = theme.roomy ? 8 : 5;
    const fill = theme.swatches.grey;
    return panels(theme, [
      {
        title: 'time to first token',
        height: 150,
        transform: [{ filter: "datum.series != 'arrivals'" }],
        mark: { type: 'line', clip: true },
        encoding: {
          x: timeAxis(end, count, false),
          y: millisecondsAxis('ttft_ms', null, { log: true, values }),
          ...lineSeries('series', present(PERCENTILES, rows, 'series'), theme),
        },
      },
      {
        title: 'requests arriving a second',
        height: 70,
        transform: [{ filter: "datum.series == 'arrivals'" }],
        mark: { type: 'area', color: fill, opacity: 0.4, line: { strokeWidth: 1.5, color: fill } },
        encoding: { x: timeAxis(end, count), y: countAxis('arrivals_per_s', null, { tickCount: 3 }) },
      },
    ]);
  },
  across: linesByRun(
    {
      howToRead:
        'A line a run: above, the 99th percentile of the time to first token in each interval; below, its median (both logarithmic). Long runs are drawn in wider intervals, by the median of those they hold. Where the lines part above and not below, only the slowest requests differ.',
    },
    [
      {
        title: 'time to first token, 99th percentile',
        height: 130,
        value: (series) => series.column('ttft_ms_p99', 'median'),
        y: (field, values) => millisecondsAxis(field, null, { log: true, values }),
      },
      {
        title: 'time to first token, median',
        height: 90,
        value: (series) => series.column('ttft_ms_p50', 'median'),
        y: (field, values) => millisecondsAxis(field, null, { log: true, values }),
      },
    ],
  ),
};
