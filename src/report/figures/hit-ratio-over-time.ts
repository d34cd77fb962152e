import { TIERS } from '../theme.ts';
import { shareAxis } from './axes.ts';
import { linesByRun } from './by-run.ts';
import type { Figure, Row } from './figure.ts';
import { panels } from './panels.ts';
import { colour, present } from './series.ts';
import { endTime, type TimeSeries, timeAxis, timeSeries } from './time.ts';

export const hitRatioOverTime: Figure<'run'> = {
  scope: 'run',
  section: 'residency',
  title: 'Hit ratio by tier over time',
  question: 'How often was the adapter already near, and does it settle?',
  howToRead:
    'The height of a band is the share of requests whose adapter was found in that tier when they reached a replica. The top of the GPU band is the GPU hit ratio; what is left above the node disk had to come from the object store.',
  source: 'own',
  needs: ['timeseries'],
  prepare({ timeseries, scenario }) {
    if (timeseries.length === 0) return [];
    const series = timeSeries(timeseries, scenario.duration);
    const tiers = Object.entries(TIERS).map(([tier, look]) => ({
      look,
      counts: series.column(`lookups_${tier}`, 'sum'),
    }));
    const rows: Row[] = [];
    for (let i = 0; i < series.length; i++) {
      const total = tiers.reduce((sum, { counts }) => sum + counts[i], 0);
      if (total === 0) continue;
      let from = 0;
      tiers.forEach(({ look, counts }) => {
        const to = from + counts[i] / total;
        rows.push({ t_s: series.t[i], tier: look.label, lookups: counts[i], from, to });
        from = to;
      });
    }
    return rows;
  },
  spec(rows, theme) {
    return panels(theme, [
      {
        title: 'share of lookups',
        height: 200,
        mark: { type: 'area', stroke: theme.background, strokeWidth: 0.6 },
        encoding: {
          x: timeAxis(endTime(rows), theme.roomy ? 8 : 5),
          y: shareAxis('from', null),
          y2: { field: 'to' },
          color: colour('tier', present(TIERS, rows, 'tier'), theme),
        },
      },
    ]);
  },
  across: linesByRun(
    {
      title: 'Hit ratio over time',
      howToRead:
        'A line a run: above, the share of lookups that found the adapter on the GPU; below, on the GPU or in host memory. What the lower panel has more than the upper is what host memory catches; lines that part and stay apart are systems that settle differently.',
    },
    [
      {
        title: 'lookups served on the GPU',
        height: 120,
        value: (series) => shareOf(series, ['gpu']),
        y: (field) => shareAxis(field, null),
      },
      {
        title: 'on the GPU or in host memory',
        height: 120,
        value: (series) => shareOf(series, ['gpu', 'host']),
        y: (field) => shareAxis(field, null),
      },
    ],
  ),
};

/** Share of an interval's lookups that these tiers served. */
function shareOf(series: TimeSeries, near: readonly string[]): Float64Array {
  const counts = Object.keys(TIERS).map((tier) => series.column(`lookups_${tier}`, 'sum'));
  const wanted = near.map((tier) => counts[Object.keys(TIERS).indexOf(tier)]);
  const sum = (columns: Float64Array[], i: number) => columns.reduce((total, column) => total + column[i], 0);
  return Float64Array.from({ length: series.length }, (_, i) => sum(wanted, i) / sum(counts, i));
}
