import { breakLines } from '../caption.ts';
import { groupedNumber } from '../field-value.ts';
import { textWidth } from '../fonts.ts';
import { possible } from '../format.ts';
import type { Spec } from '../render.ts';
import { findSummary, type StudyRun } from '../run-data.ts';
import { CANDIDATES, changedMetrics } from '../study-metrics.ts';
import { seriesLooks, type Theme } from '../theme.ts';
import { sameValues } from './alike.ts';
import { countAxis, fewLogTicks, fewTicks, millisecondsAxis, shareAxis } from './axes.ts';
import { samePlaces } from './coincide.ts';
import type { Figure, Row } from './figure.ts';
import { metricName } from './names.ts';
import { distinct } from './panels.ts';
import { markedLines, present } from './series.ts';
import { varyingParameters } from './study.ts';

/** Metrics of the rows: of the time to first token the tail alone. */
const METRICS = CANDIDATES.filter((metric) => metric !== 'ttft_ms_p50');

/** What one picture can tell apart. */
const MOST_SERIES = 6;
const MOST_COLUMNS = 6;
const LEFT = 52;
const GAP = 14;
/** How much wider bold text is than regular, at most. */
const BOLD = 1.15;

export const sweepGrid: Figure<'study'> = {
  scope: 'study',
  section: 'study',
  title: 'Sweep',
  question: 'How do the axes of the sweep act, and act together?',
  howToRead:
    'A row a metric, a column a value of one axis, a line a value of another; a vertical bar is the 95% interval over replications, or the span of only two. All plots of a row share their scale: lines that lie alike in every column say that the axes do not interact, a fan that opens says that they do. Where all lines of a plot coincide, or nearly, one dark line stands for them.',
  source: 'small multiples after Tufte, The Visual Display of Quantitative Information',
  needs: [],
  prepare(runs) {
    const roles = rolesOf(runs);
    if (roles === null) return [];
    const { x, series, columns } = roles;
    const name = (run: StudyRun, path: string) =>
      `${shortName(path)} ${run.written?.[path] ?? groupedNumber(String(run.params[path]))}`;
    const changed = changedMetrics(runs);
    const shown = METRICS.filter((metric) => changed.includes(metric));
    return shown.flatMap((metric) =>
      runs.flatMap((run): Row[] => {
        const found = findSummary(run.summary, metric);
        if (found === undefined || found.value === null || run.params[x] === undefined) return [];
        return [
          {
            metric,
            axis: shortName(x),
            x: run.params[x],
            x_label: run.written?.[x] ?? String(run.params[x]),
            series: series === null ? '' : name(run, series),
            column: columns.map((path) => name(run, path)).join(', '),
            value: found.value,
            lo: possible(found.lo, found.unit),
            hi: possible(found.hi, found.unit),
          },
        ];
      }),
    );
  },
  spec(rows, theme) {
    const columns = distinct(rows, 'column');
    const metrics = METRICS.filter((metric) => rows.some((row) => row.metric === metric));
    const looks = present(seriesLooks(distinct(rows, 'series')), rows, 'series');
    // As many columns beside one another as leave each a readable width; the others go below.
    const abreast = Math.max(1, Math.min(columns.length, Math.floor((theme.sheet.width - LEFT) / 130)));
    const strips = Array.from({ length: Math.ceil(columns.length / abreast) }, (_, at) =>
      columns.slice(at * abreast, (at + 1) * abreast),
    );
    const width = Math.floor((theme.sheet.width - LEFT - 20 - theme.trim - (abreast - 1) * GAP) / abreast);
    const bold = (text: string) => BOLD * textWidth(text, theme.sheet.text);
    const height = Math.round((metrics.length > 4 ? 62 : 80) * theme.sheet.height);
    const plots = strips.flatMap((strip) =>
      metrics.map((metric, row) => {
        const places = strip.map((column, at) => {
          const x = horizontal(rows, row === metrics.length - 1, at === 0, theme);
          const y = vertical(metric, rows, at === 0, height);
          const own = rows.filter((one) => one.metric === metric && one.column === column);
          const one = looks.length > 1 && samePlaces(own, 'series', x, y).length === 1;
          const same = !one ? '' : sameValues(own, 'series', distinct(own, 'series'), x, y) ? SAME : NEARLY;
          return { column, x, y, own, one, same };
        });
        const names = coincident(
          metricName(metric),
          places.map(({ same }) => same),
          width,
          theme,
        );
        return {
          hconcat: places.map(({ column, x, y, own, one }, at) => ({
            width,
            height,
            title: title(row === 0 ? breakLines(column, width, bold) : [], names[at], theme),
            transform: [{ filter: `datum.metric == '${metric}' && datum.column == ${JSON.stringify(column)}` }],
            layer: [one ? oneLine(String(own[0].series), theme, x, y) : markedLines('series', looks, theme, x, y, own)],
          })),
          spacing: GAP,
          // Labels of a row must not move its plots out of line with the rows above.
          bounds: 'flush',
        };
      }),
    );
    return { vconcat: plots, spacing: 10 };
  },
};

/** Where all series of a plot are one line. */
const SAME = 'all lines coincide';
const NEARLY = 'all lines nearly coincide';

/** What stands over the plots of a row: the metric over the first, and where all lines are one, once if that is so in the whole row. */
function coincident(metric: string, sames: readonly string[], width: number, theme: Theme): string[] {
  if (sames.every((same) => same !== '' && same === sames[0]))
    return sames.map((same, at) => (at === 0 ? `${metric} · ${same}` : ''));
  const fits = (text: string) => textWidth(text, theme.sheet.text) <= width;
  return sames.map((same, at) => {
    // The metric's name may run on over the next plots, where nothing else stands.
    const before = at === 0 ? metric : '';
    const said = [before, same].filter((part) => part !== '').join(' · ');
    const free = at === 0 ? fits(said) : fits(same) && fits(metric);
    return free ? said : before;
  });
}

/** One of the series for all of them, in the colour of text. */
function oneLine(series: string, theme: Theme, x: Spec, y: Spec): Spec {
  const mark = { color: theme.ink };
  return {
    transform: [{ filter: `datum.series == ${JSON.stringify(series)}` }],
    layer: [
      {
        transform: [{ filter: 'isValid(datum.lo) && isValid(datum.hi)' }],
        mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.6, ...mark },
        encoding: { x, y: { ...y, field: 'lo' }, y2: { field: 'hi' } },
      },
      { mark: { type: 'line', ...mark }, encoding: { x, y } },
      { mark: { type: 'point', filled: true, size: 45, opacity: 1, ...mark }, encoding: { x, y } },
    ],
  };
}

/** The last word of a path that says something: `population.users` is users, `serving.routing` is routing. */
const shortName = (path: string): string => path.split('.').at(-1) ?? path;

/** Which axis lies along, which is told by lines and which by columns; null where a picture cannot hold them. */
function rolesOf(runs: readonly StudyRun[]): { x: string; series: string | null; columns: string[] } | null {
  const axes = varyingParameters(runs);
  const count = (path: string) => new Set(runs.map((run) => run.params[path])).size;
  const numeric = axes.filter((path) => runs.every(({ params }) => typeof params[path] === 'number'));
  const [x] = [...(numeric.length > 0 ? numeric : axes)].sort((a, b) => count(b) - count(a));
  if (x === undefined) return null;
  const rest = axes.filter((path) => path !== x);
  const series = rest.find((path) => count(path) <= MOST_SERIES) ?? null;
  const columns = rest.filter((path) => path !== series);
  const combinations = new Set(runs.map(({ params }) => columns.map((path) => params[path]).join('\n'))).size;
  return combinations > MOST_COLUMNS ? null : { x, series, columns };
}

/** The column's name over what the row shows; a name alone stands as high as those that have something under them. */
function title(column: readonly string[], metric: string, theme: Theme): Spec {
  const size = theme.sheet.text;
  const look = { anchor: 'start', frame: 'group', offset: 6, fontSize: size, subtitleFontSize: size };
  const under = metric === '' ? '\u00a0' : metric;
  if (column.length === 0) return { ...look, text: under, fontWeight: 'normal', color: theme.muted };
  return { ...look, text: column, color: theme.ink, subtitle: under, subtitleColor: theme.muted, subtitlePadding: 3 };
}

function horizontal(rows: readonly Row[], last: boolean, first: boolean, theme: Theme): Spec {
  const values = [...new Set(rows.map((row) => row.x))];
  const heading = last && first ? String(rows[0].axis) : last ? ' ' : null;
  if (values.some((value) => typeof value !== 'number')) {
    const slant = { labelAngle: -35, labelAlign: 'right', labelBaseline: 'middle' };
    const axis = { labels: last, labelOverlap: false, grid: false, ...slant };
    return { field: 'x', type: 'nominal', sort: values, title: heading, axis: { ...axis, titleAnchor: 'start' } };
  }
  const numbers = (values as number[]).sort((a, b) => a - b);
  const log = numbers[0] > 0 && numbers[numbers.length - 1] / numbers[0] >= 8;
  const axis = countAxis('x', heading, { log, values: numbers });
  const pad = theme.roomy ? 8 : 6;
  const extent = [numbers[0], numbers[numbers.length - 1]];
  return {
    ...axis,
    scale: log
      ? { type: 'log', domain: extent, nice: false, padding: pad }
      : { domain: extent, zero: false, nice: false, padding: pad },
    axis: {
      ...(axis.axis as object),
      ...valueLabels(rows),
      values: numbers,
      labels: last,
      labelOverlap: 'greedy',
      // Those at the ends stay under their own plot.
      labelFlush: 12,
      titleAnchor: 'start',
      grid: false,
    },
  };
}

/** Ticks stand at the swept values: each is labelled as it was written, where that says more than a number. */
function valueLabels(rows: readonly Row[]): Spec {
  const labels = new Map(rows.map((row) => [row.x, String(row.x_label)]));
  if ([...labels.values()].every((label) => Number.isFinite(Number(label.replace(/[_,]/g, '')))))
    // 5k, 10k and 20k, but 1,024 and 4,096.
    return [...labels.keys()].every((x) => Number(Number(x).toPrecision(3)) === x)
      ? {}
      : { labelExpr: "format(datum.value, ',~r')" };
  const known = [...labels].map(([x, label]) => `datum.value == ${x} ? ${JSON.stringify(label)} : `).join('');
  return { labelExpr: `${known}datum.label` };
}

/** Half a label of room over the highest tick: only the first plot of a row has labels, and all are to end at one height. */
function headroom([low, high]: readonly [number, number], log: boolean, height: number): [number, number] {
  const share = 1 + 6 / height;
  return [low, log ? low * (high / low) ** share : low + (high - low) * share];
}

function vertical(metric: string, rows: readonly Row[], first: boolean, height: number): Spec {
  const values = rows
    .filter((row) => row.metric === metric)
    .flatMap((row) => [row.value, row.lo, row.hi])
    .filter((value) => value !== null)
    .map(Number);
  const most = Math.max(...values);
  const positive = values.filter((value) => value > 0);
  const log = most / Math.min(...positive) >= 20;
  const options = { log, values };
  const share = metric === 'slo_attainment' || metric.startsWith('hit_ratio') || metric === 'cold_ratio';
  const axis = metric.includes('_ms_')
    ? millisecondsAxis('value', null, options)
    : share
      ? shareAxis('value', null)
      : countAxis('value', null, options);
  const { domain, ticks } =
    log && !share ? fewLogTicks(values, height) : fewTicks(share ? Math.min(1, most) : most, height);
  return {
    ...axis,
    scale: {
      ...(log && !share ? { type: 'log' } : { zero: false }),
      ...{ domain: headroom(domain, log && !share, height), nice: false, clamp: true },
    },
    axis: { ...(axis.axis as object), values: ticks, labels: first, labelOverlap: false },
  };
}
