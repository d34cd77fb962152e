import type { Spec } from '../render.ts';
import { type Look, seriesLooks, TIERS } from '../theme.ts';
import { countAxis, shareAxis } from './axes.ts';
import { linesByRun } from './by-run.ts';
import type { Figure, Row } from './figure.ts';
import { type Panel, panels } from './panels.ts';
import { colour, plainLines, present } from './series.ts';
import { endTime, orNull, type TimeSeries, timeAxis, timeSeries } from './time.ts';

/** The tier in which another revision was, from the top. */
const LOST = [
  ['stale_gpu', TIERS.gpu],
  ['stale_host', TIERS.host],
  ['stale_disk', TIERS.disk],
] as const;
const OUTCOMES = seriesLooks(['put into use', 'failed evaluation', 'rolled back']);
const STALE = { gpu: { ...TIERS.gpu, label: 'GPU slots' }, host: { ...TIERS.host, label: 'host memory entries' } };

/** Of a series: there are up to nine of them. */
const POINTS = 100;

export const lookupsLostToUpdates: Figure<'run'> = {
  scope: 'run',
  section: 'residency',
  title: 'Lookups lost to updates',
  question: 'What does it cost that adapters go on learning while they are served?',
  howToRead:
    'Above, the share of requests whose adapter was nearer in another revision, by the tier that held that one: most had to load theirs from further away. An indication: where the adapter would be had it not changed is not known. In the middle, what became of new revisions. Below, the share of GPU slots and of host memory that revisions take which no new request will use, and, where a base was replaced, of requests that the base alone serves.',
  source: 'own',
  needs: ['lifecycle'],
  prepare({ lifecycle, scenario }) {
    if (lifecycle.length === 0) return [];
    const series = timeSeries(lifecycle, scenario.duration, POINTS);
    const { t, seconds } = series;
    const rows: Row[] = [];
    const pinned = series.column('pinned', 'sum');
    const counts = LOST.map(([column]) => series.column(column, 'sum'));
    for (let i = 0; i < series.length; i++) {
      let from = 0;
      LOST.forEach(([, look], tier) => {
        const to = from + (pinned[i] > 0 ? counts[tier][i] / pinned[i] : 0);
        rows.push({ t_s: t[i], panel: 'lost', series: look.label, from, to });
        from = to;
      });
    }
    const lines = (panel: string, name: string, values: ArrayLike<number>) => {
      for (let i = 0; i < series.length; i++)
        rows.push({ t_s: t[i], panel, series: name, from: orNull(values[i]), to: null });
    };
    const hourly = (column: string) => series.column(column, 'sum').map((count, i) => (3600 * count) / seconds[i]);
    [hourly('ready'), hourly('rejected'), hourly('rolled_back')].forEach((values, at) => {
      if (at === 0 || values.some((value) => value > 0)) lines('outcomes', Object.keys(OUTCOMES)[at], values);
    });
    lines('stale', STALE.gpu.label, ratio(series.column('gpu_stale', 'mean'), series.column('gpu_entries', 'mean')));
    lines('stale', STALE.host.label, ratio(series.column('host_stale', 'mean'), series.column('host_entries', 'mean')));
    const without = series.column('without_adapter', 'sum');
    if (without.some((count) => count > 0)) {
      const all = pinned.map((count, i) => count + without[i]);
      lines('without', 'without', ratio(without, all));
    }
    return rows;
  },
  spec(rows, theme) {
    const end = endTime(rows);
    const count = theme.roomy ? 8 : 5;
    const of = (panel: string) => rows.filter((row) => row.panel === panel);
    const filter = (panel: string) => [{ filter: `datum.panel == '${panel}'` }];
    const top = (panel: string, field: 'from' | 'to') => Math.max(1e-3, ...of(panel).map((row) => Number(row[field])));
    const upTo = (panel: string, field: 'from' | 'to'): [number, number] => [0, Math.min(1, 1.1 * top(panel, field))];
    const without = of('without').length > 0;
    const lines = (looks: Readonly<Record<string, Look>>, panel: string, x: Spec, y: Spec) =>
      plainLines('series', present(looks, of(panel), 'series'), theme, x, y, of(panel));
    const views: Panel[] = [
      {
        title: 'lookups lost, by the tier that held another revision',
        height: 120,
        transform: filter('lost'),
        mark: { type: 'area' },
        encoding: {
          x: timeAxis(end, count, false),
          y: shareAxis('from', null, upTo('lost', 'to')),
          y2: { field: 'to' },
          color: colour('series', present(TIERS, of('lost'), 'series'), theme),
        },
      },
      {
        title: 'revisions an hour',
        height: 90,
        transform: filter('outcomes'),
        mark: { type: 'line' },
        encoding: lines(OUTCOMES, 'outcomes', timeAxis(end, count, false), countAxis('from', null)),
      },
      {
        title: 'room taken by revisions that no new request will use',
        height: 90,
        transform: filter('stale'),
        mark: { type: 'line' },
        encoding: lines(STALE, 'stale', timeAxis(end, count, !without), shareAxis('from', null, upTo('stale', 'from'))),
      },
    ];
    if (without)
      views.push({
        title: 'requests that the base alone serves',
        height: 90,
        transform: filter('without'),
        mark: { type: 'area', color: theme.swatches.orange },
        encoding: { x: timeAxis(end, count), y: shareAxis('from', null, upTo('without', 'from')) },
      });
    return { ...panels(theme, views), resolve: { scale: { color: 'independent', strokeDash: 'independent' } } };
  },
  across: linesByRun(
    {
      howToRead:
        'A line a run: above, the share of requests whose adapter was nearer in another revision, whichever tier held that one (an indication: where the adapter would be had it not changed is not known); in the middle, new revisions put into use an hour; below, the share of host memory that revisions take which no new request will use.',
    },
    [
      {
        title: 'lookups lost to updates',
        height: 120,
        value: lostShare,
        y: (field, values) => shareAxis(field, null, [0, Math.min(1, 1.1 * Math.max(1e-3, ...values))]),
      },
      {
        title: 'revisions put into use an hour',
        height: 90,
        value: (series) => series.column('ready', 'sum').map((count, i) => (3600 * count) / series.seconds[i]),
        y: (field) => countAxis(field, null),
      },
      {
        title: 'host memory that no new request will use',
        height: 90,
        value: (series) => ratio(series.column('host_stale', 'mean'), series.column('host_entries', 'mean')),
        y: (field, values) => shareAxis(field, null, [0, Math.min(1, 1.1 * Math.max(1e-3, ...values))]),
      },
    ],
    'lifecycle',
  ),
};

const ratio = (parts: Float64Array, wholes: Float64Array): Float64Array => parts.map((part, i) => part / wholes[i]);

function lostShare(series: TimeSeries): Float64Array {
  const pinned = series.column('pinned', 'sum');
  const lost = LOST.map(([column]) => series.column(column, 'sum'));
  return pinned.map((count, i) => lost.reduce((sum, column) => sum + column[i], 0) / count);
}
