import { ALL, numbers, strings } from '../run-data.ts';
import { seriesLooks } from '../theme.ts';
import { shareAxis } from './axes.ts';
import { barsHeight, categoryAxis, colour, distinct, labelRoom, panels, present } from './chart.ts';
import type { Figure, Row } from './figure.ts';

export const lostTime: Figure<'run'> = {
  scope: 'run',
  section: 'interference',
  title: 'Where request time goes',
  question: 'What would users get back if they were alone?',
  howToRead:
    'All time between arrival and last token, divided without remainder. “Alone” is what the same requests would take on an empty replica with their adapter in host memory; everything else is lost to sharing. A cohort with a longer lost part is served worse than its neighbours.',
  source: 'own',
  needs: ['breakdown'],
  prepare({ breakdown }) {
    if (breakdown.length === 0) return [];
    const [part, cohort, seconds] = [
      strings(breakdown, 'part'),
      strings(breakdown, 'cohort'),
      numbers(breakdown, 'seconds'),
    ];
    const totals = new Map<string, number>();
    for (let i = 0; i < breakdown.length; i++) totals.set(cohort[i], (totals.get(cohort[i]) ?? 0) + seconds[i]);
    const rows: Row[] = [];
    const from = new Map<string, number>();
    for (let i = 0; i < breakdown.length; i++) {
      const total = totals.get(cohort[i])!;
      if (!(total > 0)) continue;
      const start = from.get(cohort[i]) ?? 0;
      const share = seconds[i] / total;
      from.set(cohort[i], start + share);
      const name = cohort[i] === ALL ? 'all requests' : cohort[i];
      rows.push({
        cohort: name,
        part: part[i].replaceAll('_', ' '),
        seconds: seconds[i],
        share,
        from: start,
        to: start + share,
      });
    }
    return rows;
  },
  spec(rows, theme) {
    const cohorts = distinct(rows, 'cohort');
    const y = categoryAxis('cohort');
    return panels(
      theme,
      [
        {
          title: null,
          height: barsHeight(cohorts.length),
          layer: [
            {
              mark: { type: 'bar', stroke: theme.background, strokeWidth: 0.8, aria: true },
              encoding: {
                y,
                x: shareAxis('from', 'share of request time'),
                x2: { field: 'to' },
                color: colour('part', present(seriesLooks(distinct(rows, 'part')), rows, 'part'), theme),
              },
            },
            {
              transform: [
                { filter: 'datum.share >= 0.07' },
                { calculate: '(datum.from + datum.to) / 2', as: 'middle' },
              ],
              mark: { type: 'text', color: theme.background, fontWeight: 'bold' },
              encoding: { y, x: { field: 'middle', type: 'quantitative' }, text: { field: 'share', format: '.0%' } },
            },
          ],
        },
      ],
      labelRoom(cohorts),
    );
  },
};
