import { seriesLooks } from '../theme.ts';
import { distinct, panels, pointSeries, present, TIP, tip } from './chart.ts';
import type { Figure, Row } from './figure.ts';

/** Half-width of the band around "equal". */
const BAND = 0.1;

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
    return published.flatMap((row): Row[] => {
      const ratio = row.simulated / row.published;
      if (!(ratio > 0) || !Number.isFinite(ratio)) return [];
      const use = row.saturated ? 'saturated' : row.fitted ? 'fitted' : 'held out';
      return [
        {
          source: row.source,
          row: `${row.label} ${row.metric}`,
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
    const ticks = [0.1, 0.2, 0.5, 0.8, 0.9, 1, 1.1, 1.25, 2, 5, 10].filter(
      (tick) => tick >= 1 / reach && tick <= reach,
    );
    const x = {
      field: 'ratio',
      type: 'quantitative',
      title: 'simulated / published',
      scale: { type: 'log', domain: [1 / reach, reach], nice: false, clamp: true },
      axis: { values: ticks, format: '~r', grid: true },
    };
    const sources = seriesLooks(distinct(rows, 'source'));
    const shown = present(sources, rows, 'source');
    const named = distinct(rows, 'row');
    const y = {
      field: 'row',
      type: 'nominal',
      sort: named,
      title: null,
      axis: { labelLimit: 170, labelOverlap: false, labels: rows.length <= 40, grid: false },
    };
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
          height: Math.min(520, Math.max(120, 16 * named.length)),
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
      rows.length <= 40 ? 170 : 44,
    );
  },
};
