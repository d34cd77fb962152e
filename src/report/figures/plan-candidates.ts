import { formatMetric, operatorSign, possible } from '../format.ts';
import type { Look } from '../theme.ts';
import { countAxis, millisecondsAxis, shareAxis } from './axes.ts';
import type { Figure, PlanRow, Row } from './figure.ts';
import { metricName } from './names.ts';
import { barsHeight, categoryAxis, distinct, labelRoom, type Panel, panels } from './panels.ts';
import { pointSeries, present, TIP, tip } from './series.ts';

/** Configurations and thresholds that a page has room for: those around the answer. */
const MOST = 14;
const MOST_PANELS = 3;

/** Dots of one configuration need less than a bar. */
const ROW = 0.7;

const VERDICTS: Readonly<Record<PlanRow['verdict'], Look>> = {
  answer: { label: 'the answer', swatch: 'green', dash: [1, 0], shape: 'diamond' },
  passes: { label: 'passes', swatch: 'blue', dash: [1, 0], shape: 'circle' },
  fails: { label: 'fails', swatch: 'orange', dash: [1, 0], shape: 'cross' },
};

export const planCandidates: Figure<'plan'> = {
  scope: 'plan',
  section: 'study',
  title: 'Configurations by price',
  question: 'What do cheaper configurations miss?',
  howToRead:
    'A row a configuration that was simulated, the cheapest on top, with its price; a panel a threshold, its bound as a dotted line. The answer is the first row on the right side of every bound; how far the rows above it lie on the wrong side is what the money buys.',
  source: 'own',
  needs: [],
  prepare(input) {
    const panelsShown = thresholdsOf(input).slice(0, MOST_PANELS);
    const { shown } = configurationsOf(input);
    return input
      .filter(
        (row) => panelsShown.includes(thresholdOf({ metric: row.metric, op: row.op })) && shown.has(row.configuration),
      )
      .map((row): Row => {
        const [lo, hi] = [possible(row.lo, row.unit), possible(row.hi, row.unit)];
        return { ...row, lo, hi, verdict: VERDICTS[row.verdict].label, said: formatMetric(row.actual, row.unit) };
      });
  },
  besides(input) {
    const drawn = thresholdsOf(input);
    const hidden = drawn.slice(MOST_PANELS);
    const { cheaper, dearer } = configurationsOf(input);
    const beside = [
      ...(cheaper > 0 ? [`${cheaper} cheaper`] : []),
      ...(dearer > 0 ? [`${dearer} that come after`] : []),
    ].join(' and ');
    return [
      ...(hidden.length === 0
        ? []
        : [
            `${hidden.length} of ${drawn.length} thresholds are left out (${hidden.join(', ')}): a row that is on the right side of every bound here may fail there.`,
          ]),
      ...(beside === '' ? [] : [`Of the configurations ${beside} are left out.`]),
    ].join(' ');
  },
  spec(rows, theme) {
    const names = distinct(rows, 'configuration');
    const looks = present(Object.fromEntries(Object.entries(VERDICTS)), rows, 'verdict');
    const points = pointSeries('verdict', looks, theme);
    const y = {
      ...categoryAxis('configuration'),
      sort: names,
      axis: { labelLimit: 190, labelOverlap: false, grid: true },
    };
    const views = [...new Set(rows.map(thresholdOf))].map((threshold): Panel => {
      const own = rows.filter((row) => thresholdOf(row) === threshold);
      const [{ metric, op, unit }] = own;
      const bounds = [...new Set(own.map(({ bound }) => Number(bound)))];
      const required = bounds.map((bound) => formatMetric(bound, String(unit), 4)).join(' and ');
      const x = horizontal(own);
      return {
        title: `${metricName(String(metric))}, to be ${operatorSign(String(op))} ${required}`,
        height: ROW * barsHeight(names.length) + 12,
        transform: [
          { filter: `datum.metric == ${JSON.stringify(metric)} && datum.op == ${JSON.stringify(op)}` },
          tip("datum.configuration + ' · ' + datum.verdict + ' · ' + datum.said"),
        ],
        layer: [
          {
            data: { values: bounds.map((bound) => ({ bound })) },
            mark: { type: 'rule', strokeDash: [2, 3], strokeWidth: 1.5, color: theme.ink },
            encoding: { x: { ...x, field: 'bound' } },
          },
          {
            transform: [{ filter: 'isValid(datum.lo) && isValid(datum.hi)' }],
            mark: { type: 'rule', strokeWidth: 1.5, opacity: 0.6 },
            encoding: { y, x: { ...x, field: 'lo' }, x2: { field: 'hi' }, color: points.color },
          },
          {
            mark: { type: 'point', filled: true, size: 70, opacity: 1, aria: true },
            encoding: { y, x, ...points, description: TIP },
          },
        ],
      };
    });
    return panels(theme, views, labelRoom(names, theme, 200));
  },
};

/** What a panel stands for: `ttft_ms_p99 <`. A metric that is bounded from both sides has two. */
const thresholdOf = ({ metric, op }: Pick<Row, string>): string => `${metric} ${operatorSign(String(op))}`;
const thresholdsOf = (input: readonly PlanRow[]): string[] => [
  ...new Set(input.map(({ metric, op }) => thresholdOf({ metric, op }))),
];

/** The configurations that there is room for, and how many lie before and after them. */
function configurationsOf(input: readonly PlanRow[]) {
  const names = [...new Set(input.map(({ configuration }) => configuration))];
  const answer = names.indexOf(
    input.find(({ verdict }) => verdict === 'answer')?.configuration ?? names[names.length - 1],
  );
  const from = Math.max(0, Math.min(names.length - MOST, answer - MOST + 4));
  return {
    shown: new Set(names.slice(from, from + MOST)),
    cheaper: from,
    dearer: Math.max(0, names.length - from - MOST),
  };
}

function horizontal(rows: readonly Row[]) {
  const values = rows.flatMap((row) => [row.actual, row.lo, row.hi, row.bound]).filter((value) => value !== null);
  const numbers = values.map(Number);
  const unit = String(rows[0].unit);
  if (unit === 'fraction') {
    const least = Math.min(...numbers);
    return shareAxis('actual', null, [least > 0.5 ? Math.max(0, least - (1 - least) * 0.1) : 0, 1], 4);
  }
  const log = numbers.every((value) => value > 0) && Math.max(...numbers) / Math.min(...numbers) > 20;
  const options = { log, values: numbers, grid: true, tickCount: 4, padding: 8 };
  return unit === 'ms' ? millisecondsAxis('actual', null, options) : countAxis('actual', null, options);
}
