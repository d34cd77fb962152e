import { breakLines } from '../caption.ts';
import { textWidth } from '../fonts.ts';
import { findSummary } from '../run-data.ts';
import { seriesLooks, type Theme } from '../theme.ts';
import { countAxis } from './axes.ts';
import type { Figure, Row } from './figure.ts';
import { AXIS_ROOM, panels } from './panels.ts';
import { markedLines, pointSeries, present } from './series.ts';
import { studyRows, varyingParameters } from './study.ts';

/** Without a search, the last load at which at least this share of the offered requests met their objectives is marked. */
const SHARE = 0.95;
const NAMES = { share: `${100 * SHARE}% in time`, search: 'thresholds hold' } as const;
/** As the drawing says it: of the load at the line, not of what lies beside it. */
const SAID: Readonly<Record<string, string>> = {
  [NAMES.share]: `last load with ${NAMES.share}`,
  [NAMES.search]: 'last load at which the thresholds hold',
};

/** Parameters that set the load. */
const LOAD = /(^|\.)(rate|load|load_factor)$/;

export const goodputLoad: Figure<'study'> = {
  scope: 'study',
  section: 'study',
  title: 'Goodput against load',
  question: 'How much load does the system carry within its objectives?',
  howToRead:
    'Requests a second that met all their objectives against requests a second that arrived. On the dotted diagonal every request is served in time. The dashed line marks a load, named beside it: the last at which 95% of requests are in time, or, of a search, the last at which its own thresholds hold in every replication. What the line falls short of the diagonal by is load that is not served in time.',
  source: 'goodput as in DistServe (Zhong et al., OSDI 2024)',
  needs: [],
  prepare(runs) {
    // Without an axis of load every point lies over the same abscissa: nothing to see.
    if (!varyingParameters(runs).some((name) => LOAD.test(name) || name === 'offered_rps')) return [];
    const offered = runs.flatMap((run) => {
      const attainment = findSummary(run.summary, 'slo_attainment')?.value ?? null;
      const goodput = findSummary(run.summary, 'goodput_rps')?.value ?? null;
      // A swept rate is the load itself; else it follows from what met its objectives, which says little when nothing did.
      const swept = Object.entries(run.params).find(([name]) => /(^|\.)rate$/.test(name))?.[1];
      const rate =
        run.params.offered_rps ??
        (typeof swept === 'number' ? swept : undefined) ??
        (attainment !== null && attainment > 0 && goodput !== null ? goodput / attainment : undefined);
      return rate === undefined ? [] : [{ ...run, params: { ...run.params, offered_rps: rate } }];
    });
    const others = withoutLoad(offered);
    const rows = studyRows(others, 'offered_rps', ['goodput_rps']);
    const searched = runs.some(({ kept }) => kept !== undefined);
    // By series too: what one setting holds says nothing of another. Rows alone name their series.
    const kept = new Set(
      studyRows(
        others.map((run) => ({
          ...run,
          summary: run.summary.map((one) => ({ ...one, value: Number(run.kept === true) })),
        })),
        'offered_rps',
        ['goodput_rps'],
      ).flatMap(({ series, x, value }) => (value === 1 ? [`${series}\n${x}`] : [])),
    );
    const knees = new Map<string, number>();
    for (const row of rows) {
      const [load, goodput, series] = [Number(row.x), Number(row.value), String(row.series)];
      const marked = searched ? kept.has(`${series}\n${load}`) : goodput >= SHARE * load;
      if (marked) knees.set(series, Math.max(knees.get(series) ?? 0, load));
    }
    return [
      ...rows.map(
        (row): Row => ({
          series: row.series,
          offered_rps: row.x,
          goodput_rps: row.value,
          lo: row.lo,
          hi: row.hi,
          knee: '',
        }),
      ),
      ...[...knees].map(
        ([series, load]): Row => ({
          ...{ series, offered_rps: load, goodput_rps: null, lo: null, hi: null },
          knee: searched ? NAMES.search : NAMES.share,
        }),
      ),
    ];
  },
  spec(rows, theme) {
    const loads = rows.map((row) => Number(row.offered_rps));
    const most = Math.max(...loads);
    const marked = rows.filter((row) => row.knee !== '').map((row) => Number(row.offered_rps));
    const best = Math.max(...rows.flatMap((row) => [row.goodput_rps, row.hi]).map(Number));
    const top = Math.min(most, best * 1.15) * 1.05;
    const width = theme.sheet.width - AXIS_ROOM - 24 - theme.trim;
    const said = rows.find((row) => row.knee !== '')?.knee;
    const name = placed(String(said), (Math.max(...marked) / (most * 1.05)) * width, theme);
    // The name has a strip of its own over everything that is drawn, the diagonal too.
    const strip = marked.length === 0 ? 0 : name.lines.length * LINE + 6;
    const high = top / (1 - strip / (HEIGHT * theme.sheet.height));
    const looks = present(seriesLooks([...new Set(rows.map((row) => String(row.series)))]), rows, 'series');
    const x = {
      ...countAxis('offered_rps', 'requests arriving a second', { grid: true }),
      scale: { domain: [0, most * 1.05], nice: false },
    };
    const y = { ...countAxis('goodput_rps', null), scale: { domain: [0, high], nice: false } };
    return panels(theme, [
      {
        title: 'requests a second within objectives',
        height: HEIGHT,
        layer: [
          // No line of the grid runs through the name.
          ...(marked.length === 0
            ? []
            : [
                {
                  data: { values: [{}] },
                  mark: { type: 'rect', color: theme.background, ...name.ground, y: 2, y2: strip },
                },
              ]),
          {
            data: {
              values: [
                { offered_rps: 0, goodput_rps: 0 },
                { offered_rps: top, goodput_rps: top },
              ],
            },
            mark: { type: 'line', strokeDash: [2, 3], strokeWidth: 1.5, color: theme.muted },
            encoding: { x, y },
          },
          {
            transform: [{ filter: "datum.knee != ''" }],
            mark: { type: 'rule', strokeDash: [6, 3], strokeWidth: 1.5 },
            encoding: { x, color: pointSeries('series', looks, theme).color },
          },
          // The last of several lines stands for all: each is named alike.
          ...(marked.length === 0
            ? []
            : [
                {
                  data: { values: [{ offered_rps: Math.max(...marked) }] },
                  mark: {
                    ...{ type: 'text', y: 4, baseline: 'top', lineHeight: LINE, color: theme.muted },
                    ...{ align: name.left ? 'right' : 'left', dx: name.left ? -GAP : GAP },
                  },
                  encoding: { x, text: { value: name.lines } },
                },
              ]),
          { transform: [{ filter: "datum.knee == ''" }], layer: [markedLines('series', looks, theme, x, y, rows)] },
        ],
      },
    ]);
  },
};

/** Height of the plot, of a line of text in it, px. */
const HEIGHT = 250;
const LINE = 13;
/** Between the line and its name, px. */
const GAP = 6;

/** The name of the marked load beside its line at `at` px: left of it, where its claim holds, in one line or two; else right of it. */
function placed(knee: string, at: number, theme: Theme) {
  const text = SAID[knee] ?? knee;
  const broken = breakLines(text, 112, (line) => textWidth(line, theme.sheet.text));
  const width = (lines: readonly string[]) => Math.max(...lines.map((line) => textWidth(line, theme.sheet.text)));
  const fits = (lines: readonly string[]) => width(lines) + 10 <= at;
  const lines = fits([text]) ? [text] : broken;
  const left = fits(lines);
  const end = width(lines) + GAP + 2;
  // What the name stands on: the plot's ground without its grid, px.
  return { lines, left, ground: left ? { x: at - end, x2: at } : { x: at, x2: at + end } };
}

/** The parameter that sets the load would split every point into a series of its own: it is dropped. */
function withoutLoad<R extends { params: Readonly<Record<string, number | string>> }>(runs: R[]): R[] {
  return runs.map((run) => ({
    ...run,
    params: Object.fromEntries(Object.entries(run.params).filter(([name]) => !LOAD.test(name))),
  }));
}
