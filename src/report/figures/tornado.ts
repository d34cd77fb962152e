import { textWidth } from '../fonts.ts';
import { formatMetric } from '../format.ts';
import { seriesLooks } from '../theme.ts';
import { countAxis, millisecondsAxis, shareAxis } from './axes.ts';
import { colour, distinct, labelRoom, panels, present, TIP, tip } from './chart.ts';
import type { Figure, Row } from './figure.ts';

/** Bars that a page has room for; what is left out changes least. */
const MOST = 14;

export const tornado: Figure<'sensitivity'> = {
  scope: 'sensitivity',
  section: 'study',
  title: 'What the headline rests on',
  question: 'Which uncertain parameters could change the result?',
  howToRead:
    'A bar a parameter: the metric when that parameter alone is taken to either end of its uncertainty, from the value of the scenario as it stands (the line). The longest bars are what the result rests on. Where a bar crosses the dotted bound of a threshold, the verdict depends on a number that is not known well enough.',
  source: 'own',
  needs: [],
  prepare(input) {
    const shown = [...new Set(input.map(({ parameter }) => parameter))].slice(0, MOST);
    return input
      .filter(({ parameter, at, base }) => shown.includes(parameter) && at !== null && at !== base)
      .map((row): Row => ({ ...row }));
  },
  spec(rows, theme) {
    const names = distinct(rows, 'parameter');
    const looks = present(seriesLooks(['low end', 'high end']), rows, 'end');
    const [first] = rows;
    const unit = String(first.unit);
    const bound = first.bound === null ? null : Number(first.bound);
    const base = Number(first.base);
    const ends = rows.map((row) => Number(row.at));
    const all = [...ends, base, ...(bound === null ? [] : [bound])];
    const room = labelRoom(names, theme);
    const beside = Math.max(...rows.map(({ text }) => textWidth(String(text), BESIDE))) + 10;
    // What the panel has for bars, less the edges of the sheet.
    const x = horizontal(unit, all, String(first.metric), beside / (theme.sheet.width - room - 24));
    const y = {
      field: 'parameter',
      type: 'nominal',
      sort: names,
      title: null,
      axis: { labelLimit: 160, labelOverlap: false, grid: false },
    };
    return panels(
      theme,
      [
        {
          title: `${String(first.metric)}; ${formatMetric(base, unit)} as the scenario stands`,
          height: 24 * names.length + 10,
          layer: [
            {
              transform: [
                tip(`datum.parameter + ' ' + datum.text + ': ' + format(datum.at, '.4~r') + ' ' + datum.unit`),
              ],
              mark: { type: 'bar', height: { band: 0.62 }, aria: true },
              encoding: {
                y,
                x: { ...x, field: 'at' },
                x2: { field: 'base' },
                color: colour('end', looks, theme),
                description: TIP,
              },
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
            ...(['left', 'right'] as const).map((side) => ({
              transform: [{ filter: side === 'right' ? 'datum.at >= datum.base' : 'datum.at < datum.base' }],
              mark: {
                type: 'text',
                align: side === 'right' ? 'left' : 'right',
                dx: side === 'right' ? 4 : -4,
                fontSize: BESIDE,
                color: theme.muted,
              },
              encoding: { y, x: { ...x, field: 'at' }, text: { field: 'text', type: 'nominal' } },
            })),
          ],
        },
      ],
      room,
    );
  },
};

/** Text beside a bar, px. */
const BESIDE = 10;

/** @param label share of the axis that a label beside a bar takes: room for one at both ends */
function horizontal(unit: string, values: readonly number[], title: string, label: number) {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const log = low > 0 && high / low > 20;
  const options = { log, values, grid: true };
  const axis =
    unit === 'ms'
      ? millisecondsAxis('at', title, options)
      : unit === 'fraction'
        ? shareAxis('at', title)
        : countAxis('at', title, options);
  // The share of the values' own range that gives both labels their share of the whole axis.
  const share = Math.min(1, label / Math.max(0.2, 1 - 2 * label));
  const margin = (high - low) * share;
  const domain = log
    ? [low / (high / low) ** share, high * (high / low) ** share]
    : unit === 'fraction'
      ? [Math.max(0, low - margin), Math.min(1.0001, high + margin)]
      : [low >= 0 ? Math.max(0, low - margin) : low - margin, high + margin];
  return {
    ...axis,
    scale: {
      ...(axis.scale as object),
      ...(log ? { type: 'log' } : { type: 'linear', zero: false }),
      domain,
      nice: false,
    },
  };
}
