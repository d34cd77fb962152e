import { breakLines } from '../caption.ts';
import { textWidth } from '../fonts.ts';
import { seriesLooks } from '../theme.ts';
import type { Figure, Row } from './figure.ts';
import { distinct, labelRoom, lineBreaks, panels } from './panels.ts';
import { pointSeries, present, TIP, tip } from './series.ts';

/** Half-width of the band around "equal". */
const BAND = 0.1;
/** Rows that are named one by one. */
const MOST_NAMED = 40;
/** By how far the furthest row is off: labels close to 1 would crowd out those that say how far. */
const TICKS = [
  { most: 2.5, values: [0.5, 0.8, 0.9, 1, 1.1, 1.25, 2] },
  { most: 30, values: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20] },
  { most: Number.POSITIVE_INFINITY, values: Array.from({ length: 13 }, (_, i) => 10 ** (i - 6)) },
];
/** Height of a page, px. */
const TALLEST = 760;

export const publishedSimulated: Figure<'fidelity'> = {
  scope: 'fidelity',
  section: 'fidelity',
  title: 'Published and simulated',
  question: 'Does the simulator agree with what others have measured?',
  howToRead:
    'One mark a published row: simulated over published value, row by row (logarithmic), inside the grey band within 10%. Hollow marks were used to fit the model, or a value was chosen on them, and prove nothing; crosses are saturated rows or beyond the knee, where throughput is easy and latency is not comparable.',
  source: 'own',
  needs: [],
  prepare(published) {
    const several = new Set(published.map(({ metric }) => metric)).size > 1;
    return published.flatMap((row): Row[] => {
      const ratio = row.simulated / row.published;
      if (!(ratio > 0) || !Number.isFinite(ratio)) return [];
      const use = row.saturated ? 'saturated' : row.fitted ? 'fitted' : 'held out';
      return [
        {
          source: row.source,
          group: row.group,
          row: several ? `${row.label} ${row.metric}` : row.label,
          unit: row.unit,
          published: row.published,
          simulated: row.simulated,
          ratio,
          use,
        },
      ];
    });
  },
  spec(rows, theme) {
    const ratios = rows.map((row) => Number(row.ratio));
    const reach = Math.max(1.25, ...ratios.map((ratio) => Math.max(ratio, 1 / ratio))) * 1.05;
    const ticks = TICKS.find(({ most }) => reach <= most)!.values.filter((tick) => tick >= 1 / reach && tick <= reach);
    // One series has no legend that would name it.
    const names = distinct(rows, 'source');
    const of = names.length === 1 ? `${names[0]}: ` : '';
    const x = {
      field: 'ratio',
      type: 'quantitative',
      title: [`${of}simulated / published`, 'hollow: used to fit or to choose; cross: saturated'],
      scale: { type: 'log', domain: [1 / reach, reach], nice: false, clamp: true },
      axis: { values: ticks, format: '~r', grid: true },
    };
    const sources = seriesLooks(names);
    const shown = present(sources, rows, 'source');
    const named = distinct(rows, 'row');
    const measure = (line: string) => textWidth(line, theme.sheet.text);
    const broken = named.map((name) => breakLines(name, Math.round(0.42 * theme.sheet.width), measure));
    const lines = Math.max(...broken.map(({ length }) => length));
    const needed = Math.max(16, (theme.sheet.text + 3) * lines + 4) / theme.sheet.height;
    const each = named.length <= MOST_NAMED && needed * named.length <= TALLEST;
    // Too many rows to name: the first of each group carries the group's name.
    const first = new Map(
      distinct(rows, 'group').map((group) => [rows.find((row) => String(row.group) === group)!.row, group]),
    );
    const heads = named.map((name) => String(first.get(name) ?? ''));
    const groups = heads.map((head) => breakLines(head, Math.round(0.3 * theme.sheet.width), measure));
    const y = {
      field: 'row',
      type: 'nominal',
      sort: named,
      title: null,
      axis: {
        labelLimit: 0,
        labelOverlap: each ? false : 'greedy',
        grid: !each,
        tickBand: 'extent',
        ...(each
          ? { labelExpr: lineBreaks(named, broken) }
          : { values: named.filter((name) => first.has(name)), labelExpr: labelled(named, groups) }),
      },
    };
    const height = each ? needed : 7;
    const points = (filter: string, mark: object) => ({
      transform: [
        { filter },
        tip(
          "datum.row + ' · published ' + format(datum.published, '.4~r') + ' ' + datum.unit + ' · simulated ' + format(datum.simulated, '.4~r') + ' ' + datum.unit + ' · ' + datum.use",
        ),
      ],
      mark: { type: 'point', size: 55, opacity: 1, aria: true, ...mark },
      encoding: { x, y, color: pointSeries('source', shown, theme).color, description: TIP },
    });
    return panels(
      theme,
      [
        {
          title: null,
          height: Math.min(TALLEST, Math.max(120, height * named.length)),
          layer: [
            {
              data: { values: [{ from: 1 - BAND, to: 1 + BAND }] },
              mark: { type: 'rect', color: theme.swatches.grey, opacity: 0.18 },
              encoding: { x: { ...x, field: 'from' }, x2: { field: 'to' } },
            },
            { data: { values: [{ ratio: 1 }] }, mark: { type: 'rule' }, encoding: { x } },
            points("datum.use == 'held out'", { filled: true }),
            points("datum.use == 'fitted'", { filled: false }),
            points("datum.use == 'saturated'", { filled: false, shape: 'cross' }),
          ],
        },
      ],
      labelRoom(each ? broken.flat() : groups.flat(), theme, theme.sheet.width / 2),
    );
  },
};

/** A labelExpr that writes these lines for each name, whatever the name is. */
function labelled(names: readonly string[], lines: readonly (readonly string[])[]): string {
  const parts = names.flatMap((name, i) =>
    lines[i].join('') === '' ? [] : [`datum.label == ${JSON.stringify(name)} ? ${JSON.stringify(lines[i])} : `],
  );
  return `${parts.join('')}''`;
}
