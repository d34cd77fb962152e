import { formatMetric, operatorSign, possible } from '../format.ts';
import { seriesLooks } from '../theme.ts';
import { bytesAxis, byteTicks, countAxis, logTicks, millisecondsAxis, shareAxis } from './axes.ts';
import type { Figure, Row } from './figure.ts';
import { fieldName, metricName } from './names.ts';
import { distinct, type Panel, panels } from './panels.ts';
import { markedLines, pointSeries, present } from './series.ts';

/** Panels that a page has room for. */
const MOST_PANELS = 3;

export const knee: Figure<'knee'> = {
  scope: 'knee',
  section: 'study',
  title: 'Where a threshold breaks',
  question: 'How far can this axis go before a threshold breaks?',
  howToRead:
    'A panel a threshold: the metric at every value that was simulated, with its 95% interval over replications (the span of only two), and the bound as a dotted line. The shaded band is the bracket of the knee: on one side of it the thresholds hold in every replication, on the other they break in every one. Hollow marks: some replication breaks a threshold there.',
  source: 'own',
  needs: [],
  prepare(input) {
    const metrics = [...new Set(input.map(({ metric }) => metric))].slice(0, MOST_PANELS);
    return input
      .filter(({ metric }) => metrics.includes(metric))
      .map((row): Row => ({ ...row, lo: possible(row.lo, row.unit), hi: possible(row.hi, row.unit) }));
  },
  spec(rows, theme) {
    const looks = present(seriesLooks(distinct(rows, 'setting')), rows, 'setting');
    const values = rows.map((row) => Number(row.value));
    const unit = String(rows[0].axisUnit);
    const bytes = unit === 'B';
    const metrics = distinct(rows, 'metric');
    const color = pointSeries('setting', looks, theme).color;
    const bands = distinct(rows, 'setting').flatMap((setting) => {
      const row = rows.find((one) => one.setting === setting);
      return row === undefined || row.below === null ? [] : [{ setting, below: row.below, above: row.above }];
    });
    return panels(
      theme,
      metrics.map((metric, i): Panel => {
        const own = rows.filter((row) => row.metric === metric);
        const last = i === metrics.length - 1;
        const title = last ? fieldName(String(rows[0].axis), bytes ? '' : unit) : null;
        const { domain, ticks } = bytes ? { domain: WHOLE, ticks: byteTicks(values) } : logTicks(values);
        const [from, to] = tight(domain, values);
        const axis = bytes ? bytesAxis('value', title, values) : countAxis('value', title, { log: true, values });
        const x = {
          ...axis,
          scale: { type: 'log', domain: [from, to], nice: false, clamp: true },
          // A tick outside would be drawn at the end, as if the axis had it there.
          axis: { ...(axis.axis as object), values: ticks.filter((tick) => tick >= from && tick <= to), grid: false },
        };
        const y = { ...verticalAxis(own), title: null };
        const [{ bound, op }] = own;
        return {
          title: `${metricName(metric)}, to be ${operatorSign(String(op))} ${formatMetric(Number(bound), String(own[0].unit))}`,
          height: metrics.length === 1 ? 230 : 150,
          transform: [{ filter: `datum.metric == '${metric}'` }],
          layer: [
            {
              data: { values: bands },
              mark: { type: 'rect', opacity: 0.22 },
              encoding: { x: { ...x, field: 'below' }, x2: { field: 'above' }, color },
            },
            {
              data: { values: [{ bound }] },
              mark: { type: 'rule', strokeDash: [2, 3], strokeWidth: 1.5 },
              encoding: { y: { ...y, field: 'bound' } },
            },
            markedLines('setting', looks, theme, x, y, own),
            {
              transform: [{ filter: 'datum.holds < 1' }],
              mark: { type: 'point', filled: true, size: 14, opacity: 1, color: theme.background },
              encoding: { x, y },
            },
          ],
        };
      }),
    );
  },
};

const WHOLE = [0, Number.POSITIVE_INFINITY] as const;

/** Ends a little beyond the data rather than at the next power of ten. */
function tight([low, high]: readonly [number, number], values: readonly number[]): [number, number] {
  return [Math.max(low, Math.min(...values) / 1.15), Math.min(high, Math.max(...values) * 1.15)];
}

function verticalAxis(rows: readonly Row[]) {
  const values = rows.flatMap((row) => [row.actual, row.lo, row.hi, row.bound]).filter((value) => value !== null);
  const numbers = values.map(Number);
  const unit = String(rows[0].unit);
  if (unit === 'fraction') {
    const least = Math.min(...numbers);
    return shareAxis('actual', null, [least > 0.5 ? Math.max(0, least - (1 - least) * 0.1) : 0, 1]);
  }
  // An interval may be clipped at 0: its lower end then is that of the axis, which takes nothing from what was simulated.
  const shown = rows.flatMap((row) => [row.actual, row.bound]).map(Number);
  const log = shown.every((value) => value > 0) && Math.max(...shown) / Math.min(...shown) > 20;
  const options = { log, values: numbers, grid: true };
  return unit === 'ms' ? millisecondsAxis('actual', null, options) : countAxis('actual', null, options);
}
