import { adaptersOf } from '../../scenario/volume.ts';
import { type Look, TIERS } from '../theme.ts';
import { countAxis } from './axes.ts';
import type { Figure, Row } from './figure.ts';
import { panels } from './panels.ts';
import { plainLines, present } from './series.ts';
import { endTime, timeAxis, timeSeries } from './time.ts';

const SERIES: Record<string, Look> = {
  gpu_active_adapters: { label: 'in a running batch', swatch: 'orange', dash: [8, 2, 2, 2], shape: 'diamond' },
  gpu_resident_adapters: { ...TIERS.gpu, label: 'in a GPU slot' },
  host_resident_adapters: { ...TIERS.host, label: 'in host memory' },
  disk_resident_adapters: { ...TIERS.disk, label: 'on a node’s disk' },
};

export const tierOccupancy: Figure<'run'> = {
  scope: 'run',
  section: 'residency',
  title: 'Tier occupancy',
  question: 'How much of the catalog is near at any moment?',
  howToRead:
    'Adapters held by each tier, summed over the system (logarithmic). A flat line is a tier at its capacity; the distance to the grey line, the whole catalog, is what has to be fetched from the object store when it is asked for. An adapter on two nodes counts twice.',
  source: 'own',
  needs: ['timeseries'],
  prepare({ timeseries, scenario }) {
    if (timeseries.length === 0) return [];
    const series = timeSeries(timeseries, scenario.duration);
    const rows: Row[] = [];
    for (const [gauge, look] of Object.entries(SERIES)) {
      const values = series.column(gauge, 'mean');
      if (!values.some((value) => value > 0)) continue;
      for (let i = 0; i < series.length; i++)
        rows.push({ t_s: series.t[i], tier: look.label, adapters: values[i] > 0 ? values[i] : null });
    }
    const { population } = scenario;
    rows.push({ t_s: 0, tier: 'catalog', adapters: adaptersOf(population.users, population) });
    return rows;
  },
  spec(rows, theme) {
    const values = rows.map((row) => Number(row.adapters));
    const y = countAxis('adapters', null, { log: true, values: [...values, 1.5 * Math.max(...values)] });
    const end = endTime(rows);
    const x = timeAxis(end, theme.roomy ? 8 : 5);
    const whole = Number(rows.find(({ tier }) => tier === 'catalog')?.adapters);
    const gap = (ratios: readonly number[]) => Math.min(...ratios.filter((ratio) => ratio > 1));
    // On the side of its line where the nearest tier is further away.
    const over = gap(values.map((value) => value / whole)) >= gap(values.map((value) => whole / value));
    const side = over ? { baseline: 'bottom', dy: -3 } : { baseline: 'top', dy: 4 };
    const tiers = rows.filter(({ tier }) => tier !== 'catalog');
    const catalog = [{ filter: "datum.tier == 'catalog'" }];
    return panels(theme, [
      {
        title: 'adapters',
        height: 220,
        layer: [
          { transform: catalog, mark: { type: 'rule', strokeWidth: 1.5 }, encoding: { y } },
          {
            transform: catalog,
            mark: { type: 'text', align: 'left', dx: 4, ...side, color: theme.muted },
            encoding: { x, y, text: { value: 'catalog' } },
          },
          {
            transform: [{ filter: "datum.tier != 'catalog'" }],
            mark: { type: 'line', clip: true },
            encoding: plainLines('tier', present(SERIES, rows, 'tier'), theme, x, y, tiers),
          },
        ],
      },
    ]);
  },
  across: 'its lines are the tiers of one system on one axis; hit-ratio-over-time sets runs beside one another',
};
