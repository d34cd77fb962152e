import { textWidth } from '../fonts.ts';
import { formatMetric } from '../format.ts';
import { seriesLooks, type Theme } from '../theme.ts';
import { countAxis, millisecondsAxis, shareAxis } from './axes.ts';
import type { Figure, Row, SensitivityRow } from './figure.ts';
import { metricName } from './names.ts';
import { distinct, labelRoom, type Panel, panels } from './panels.ts';
import { colour, present, TIP, tip } from './series.ts';

/** Bars that a page has room for, of one metric and of each of several; what is left out changes least. */
const MOST = { alone: 14, each: 7 };
/** Height of the figure at most, and of a panel without its bars, px. */
const TWO_PAGES = 1700;
const PANEL = 75;
/** A bar that is shorter than this share of the longest is not seen. */
const LEAST = 0.01;

const ENDS = ['low end', 'high end'] as const;
const JOINT = 'joint draw';

export const tornado: Figure<'sensitivity'> = {
  scope: 'sensitivity',
  section: 'study',
  title: 'What the headline rests on',
  question: 'Which uncertain parameters could change the result?',
  howToRead:
    'A panel a metric, two bars a parameter: the metric when that parameter alone is taken to the low and the high end of its uncertainty (written at the right), from the value of the scenario as it stands (the line). The longest bars are what the result rests on; those below a hundredth of the longest are left out. Ticks: all parameters at once, drawn from their ranges. Where a bar or a tick lies beyond the dotted bound of a threshold, the verdict depends on numbers that are not known well enough.',
  source: 'own',
  needs: [],
  besides(input) {
    const { left } = affected(input);
    const names = left.map((metric) => metricName(metric)).join('; ');
    return left.length === 0
      ? ''
      : `Drawn are the metrics that are affected most and those of thresholds; ${left.length} more that change are left to the table: ${names}.`;
  },
  prepare: (input) => affected(input).drawn.flat(),
  spec(rows, theme) {
    const metrics = distinct(rows, 'metric');
    const left = labelRoom(distinct(rows, 'parameter'), theme);
    // The ends stand in a column of their own, where neither bars nor the bound can run through them.
    const beside = Math.max(...rows.map(({ text }) => textWidth(String(text), BESIDE))) + 8;
    const narrowed = { ...theme, trim: theme.trim + beside };
    return panels(
      narrowed,
      metrics.map((metric) =>
        panel(
          rows.filter((row) => row.metric === metric),
          theme,
        ),
      ),
      left,
    );
  },
};

/** The metrics that there is room for, in the input's order, and the names of the others that anything moves. */
function affected(input: readonly SensitivityRow[]): { drawn: Row[][]; left: string[] } {
  const metrics = [...new Set(input.map(({ metric }) => metric))];
  const most = metrics.length === 1 ? MOST.alone : MOST.each;
  const panels = metrics
    .map((metric) => {
      const own = input.filter((row) => row.metric === metric);
      return { metric, rows: shown(own, most), bounded: own[0].bound !== null, swing: Math.max(...own.map(relative)) };
    })
    .filter(({ rows }) => rows.length > 0);
  const ranked = [...panels].sort((a, b) => Number(b.bounded) - Number(a.bounded) || b.swing - a.swing);
  const kept = new Set<string>();
  let room = TWO_PAGES;
  for (const { metric, rows } of ranked) {
    room -= PANEL + ROW.most * distinct(rows, 'parameter').length;
    if (room < 0 && kept.size > 0) break;
    kept.add(metric);
  }
  return {
    drawn: panels.filter(({ metric }) => kept.has(metric)).map(({ rows }) => rows),
    left: panels.filter(({ metric }) => !kept.has(metric)).map(({ metric }) => metric),
  };
}

/** How far a parameter alone takes the metric, as a share of the greater value: comparable between metrics, 1 at most. */
function relative({ end, at, base }: SensitivityRow): number {
  const whole = Math.max(Math.abs(base), Math.abs(at ?? base));
  return end === JOINT || at === null || whole === 0 ? 0 : Math.abs(at - base) / whole;
}

/** Nothing where no parameter moves the metric. */
function shown(input: readonly SensitivityRow[], most: number): Row[] {
  const swing = ({ at, base }: SensitivityRow) => (at === null ? 0 : Math.abs(at - base));
  const ends = input.filter(({ end }) => end !== JOINT);
  const longest = Math.max(0, ...ends.map(swing));
  const moving = ends.filter((row) => swing(row) > 0 && swing(row) >= LEAST * longest);
  const names = new Set([...new Set(moving.map(({ parameter }) => parameter))].slice(0, most));
  if (names.size === 0) return [];
  return input
    .filter(({ parameter, end, at }) => at !== null && (end === JOINT || names.has(parameter)))
    .map((row): Row => ({ ...row, said: formatMetric(row.at, row.unit) }));
}

/** Text beside a bar, px. */
const BESIDE = 10;
/** Two bars with their texts, px. */
const ROW = { least: 24, most: 28 };

function panel(rows: readonly Row[], theme: Theme): Panel {
  const [first] = rows;
  const names = distinct(rows, 'parameter');
  const metric = String(first.metric);
  const unit = String(first.unit);
  const base = Number(first.base);
  const bound = first.bound === null ? null : Number(first.bound);
  const looks = present(seriesLooks(ENDS), rows, 'end');
  const x = horizontal(unit, [...rows.map(({ at }) => Number(at)), base, ...(bound === null ? [] : [bound])]);
  const y = {
    field: 'parameter',
    type: 'nominal',
    sort: names,
    title: null,
    axis: { labelLimit: 160, labelOverlap: false, grid: false },
  };
  const half = { field: 'end', type: 'nominal', sort: null, scale: { domain: ENDS, paddingOuter: 0 } };
  const height = names.length * Math.max(ROW.least, ROW.most * theme.sheet.height) + 10;
  const ends = { filter: `datum.metric == '${metric}' && datum.end != '${JOINT}'` };
  return {
    title: `${metricName(metric)}: ${formatMetric(base, unit, 4)} as the scenario stands`,
    height: height / theme.sheet.height,
    layer: [
      {
        transform: [ends, tip(`datum.parameter + ' ' + datum.text + ': ' + datum.said`)],
        mark: { type: 'bar', aria: true },
        encoding: {
          y,
          yOffset: half,
          x: { ...x, field: 'at' },
          x2: { field: 'base' },
          color: colour('end', looks, theme),
          description: TIP,
        },
      },
      {
        transform: [
          { filter: `datum.metric == '${metric}' && datum.end == '${JOINT}'` },
          tip(`'${JOINT}: ' + datum.said`),
        ],
        mark: { type: 'tick', thickness: 1.5, size: 14, color: theme.ink, opacity: 0.7, aria: true },
        encoding: { y, x: { ...x, field: 'at' }, description: TIP },
      },
      {
        data: { values: [{ base }] },
        mark: { type: 'rule', strokeWidth: 1.5, color: theme.ink },
        encoding: { x: { ...x, field: 'base' } },
      },
      ...(bound === null
        ? []
        : [
            {
              data: { values: [{ bound }] },
              mark: { type: 'rule', strokeDash: [2, 3], strokeWidth: 1.5 },
              encoding: { x: { ...x, field: 'bound' } },
            },
          ]),
      {
        transform: [ends],
        mark: { type: 'text', align: 'left', fontSize: BESIDE, color: theme.muted },
        encoding: { y, yOffset: half, x: { value: { expr: 'width + 6' } }, text: { field: 'text', type: 'nominal' } },
      },
    ],
  };
}

function horizontal(unit: string, values: readonly number[]) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const log = low > 0 && high / low > 20;
  const options = { log, values, grid: true };
  const axis =
    unit === 'ms'
      ? millisecondsAxis('at', null, options)
      : unit === 'fraction'
        ? shareAxis('at', null)
        : countAxis('at', null, options);
  // Marks at the ends of the axis keep clear of its edges.
  const margin = (high - low) * 0.04;
  const domain = log
    ? [low / (high / low) ** 0.04, high * (high / low) ** 0.04]
    : [
        low >= 0 ? Math.max(0, low - margin) : low - margin,
        unit === 'fraction' ? Math.min(1.0001, high + margin) : high + margin,
      ];
  const { values: ticks, ...rest } = axis.axis as { values?: readonly number[] };
  return {
    ...axis,
    // A tick outside would be drawn at the edge, where it does not belong.
    axis:
      ticks === undefined ? rest : { ...rest, values: ticks.filter((tick) => tick >= domain[0] && tick <= domain[1]) },
    scale: {
      ...(axis.scale as object),
      type: log ? 'log' : 'linear',
      ...(log ? {} : { zero: false }),
      domain,
      nice: false,
    },
  };
}
