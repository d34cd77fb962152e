import { formatMetric, operatorSign, possible } from '../format.ts';
import type { Look } from '../theme.ts';
import { countAxis, millisecondsAxis, shareAxis } from './axes.ts';
import type { Figure, PlanRow, Row } from './figure.ts';
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
    const metrics = [...new Set(input.map(({ metric }) => metric))].slice(0, MOST_PANELS);
    const names = [...new Set(input.map(({ configuration }) => configuration))];
    const answer = names.indexOf(
      input.find(({ verdict }) => verdict === 'answer')?.configuration ?? names[names.length - 1],
    );
    const from = Math.max(0, Math.min(names.length - MOST, answer - MOST + 4));
    const shown = new Set(names.slice(from, from + MOST));
    return input
      .filter(({ metric, configuration }) => metrics.includes(metric) && shown.has(configuration))
      .map((row): Row => {
        const [lo, hi] = [possible(row.lo, row.unit), possible(row.hi, row.unit)];
        return { ...row, lo, hi, verdict: VERDICTS[row.verdict].label, said: formatMetric(row.actual, row.unit) };
      });
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
    const views = distinct(rows, 'metric').map((metric): Panel => {
      const own = rows.filter((row) => row.metric === metric);
      const [{ bound, op, unit }] = own;
      const x = horizontal(own);
      return {
        title: `${metric}, to be ${operatorSign(String(op))} ${formatMetric(Number(bound), String(unit), 4)}`,
        height: ROW * barsHeight(names.length) + 12,
        transform: [
          { filter: `datum.metric == ${JSON.stringify(metric)}` },
          tip("datum.configuration + ' · ' + datum.verdict + ' · ' + datum.said"),
        ],
        layer: [
          {
            data: { values: [{ bound }] },
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
