/** Several runs in one figure: lines over time with one series a run, and the names that series and bars have. */
import type { Spec } from '../render.ts';
import type { TableName } from '../run-data.ts';
import { seriesLooks } from '../theme.ts';
import type { Across, Row } from './figure.ts';
import { distinct, type Panel, panels } from './panels.ts';
import { plainLines } from './series.ts';
import { endTime, orNull, type TimeSeries, timeAxis, timeSeries } from './time.ts';

/** The field that tells the series of a figure apart: `run` where it was prepared from several. */
export const seriesField = (rows: readonly Row[], alone: string): string =>
  rows.some((row) => row.run !== undefined) ? 'run' : alone;

export interface TimePanel {
  readonly title: string;
  readonly height: number;
  /** Its value in each interval; NaN where there is none. */
  value(series: TimeSeries): ArrayLike<number>;
  /** Vertical encoding of `field`. */
  y(field: string, values: readonly number[]): Spec;
}

/** Panels over simulated time, one line a run, from its time series or another table of the same form; and what its caption is. */
export const linesByRun = (
  said: Pick<Across, 'title' | 'question' | 'howToRead'>,
  views: readonly TimePanel[],
  table: TableName = 'timeseries',
): Across => ({
  ...said,
  prepare: (runs) =>
    runs.flatMap(({ label, tables }) => {
      if (tables[table].length === 0) return [];
      const series = timeSeries(tables[table], tables.scenario.duration);
      return views.flatMap((view) => {
        const values = view.value(series);
        return Array.from(
          series.t,
          (t, i): Row => ({ run: label, t_s: t, panel: view.title, value: orNull(values[i]) }),
        );
      });
    }),
  spec(rows, theme) {
    const end = endTime(rows);
    const looks = Object.values(seriesLooks(distinct(rows, 'run')));
    return panels(
      theme,
      views.map((view, i): Panel => {
        const own = rows.filter((row) => row.panel === view.title && row.value !== null);
        const values = own.map((row) => Number(row.value));
        return {
          title: view.title,
          height: view.height,
          transform: [{ filter: { field: 'panel', equal: view.title } }],
          mark: { type: 'line', clip: true },
          encoding: plainLines(
            'run',
            looks,
            theme,
            timeAxis(end, theme.roomy ? 8 : 5, i === views.length - 1),
            view.y('value', values),
            own,
          ),
        };
      }),
    );
  },
});
