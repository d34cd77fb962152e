import { has, numbers, strings } from '../run-data.ts';
import { TIERS } from '../theme.ts';
import { shareAxis } from './axes.ts';
import { barsHeight, categoryAxis, colour, distinct, labelRoom, panels, present, TIP, tip } from './chart.ts';
import type { Figure, Row } from './figure.ts';

export const lookupsByCohort: Figure<'run'> = {
  scope: 'run',
  section: 'residency',
  title: 'Where lookups were served',
  question: 'Whose adapters are near, and whose have to travel?',
  howToRead:
    'One bar a cohort, all its lookups after warm-up: the parts say in which tier the adapter was found. A cohort whose users are rarely seen finds little on the GPU whatever the policy; compare cohorts of like traffic.',
  source: 'own',
  needs: ['cohorts'],
  prepare({ cohorts }) {
    const columns = Object.keys(TIERS).map((tier) => `measured_lookups_${tier}`);
    if (!has(cohorts, 'cohort', ...columns)) return [];
    const names = strings(cohorts, 'cohort');
    const rows: Row[] = [];
    for (let c = 0; c < cohorts.length; c++) {
      const counts = columns.map((column) => numbers(cohorts, column)[c]);
      const total = counts.reduce((sum, count) => sum + count, 0);
      if (total === 0) continue;
      let from = 0;
      Object.values(TIERS).forEach((look, i) => {
        const to = from + counts[i] / total;
        rows.push({ cohort: names[c], tier: look.label, lookups: counts[i], share: counts[i] / total, from, to });
        from = to;
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
              transform: [
                tip(
                  "datum.cohort + ' · ' + datum.tier + ' · ' + format(datum.share, '.1%') + ' · ' + format(datum.lookups, ',') + ' lookups'",
                ),
              ],
              mark: { type: 'bar', stroke: theme.background, strokeWidth: 0.8, aria: true },
              encoding: {
                y,
                x: shareAxis('from', 'share of lookups'),
                x2: { field: 'to' },
                color: colour('tier', present(TIERS, rows, 'tier'), theme),
                description: TIP,
              },
            },
            {
              transform: [
                { filter: `datum.share >= ${theme.roomy ? 0.07 : 0.13}` },
                { calculate: '(datum.from + datum.to) / 2', as: 'middle' },
              ],
              mark: { type: 'text', color: theme.background, fontWeight: 'bold' },
              encoding: { y, x: { field: 'middle', type: 'quantitative' }, text: { field: 'share', format: '.0%' } },
            },
          ],
        },
      ],
      labelRoom(cohorts, theme),
    );
  },
};
