import { ALL, numbers, strings } from '../run-data.ts';
import { REQUEST_PARTS } from '../theme.ts';
import { shareAxis } from './axes.ts';
import { barsHeight, categoryAxis, colour, distinct, labelRoom, panels, present, TIP, tip } from './chart.ts';
import type { Figure, Row } from './figure.ts';

export const lostTime: Figure<'run'> = {
  scope: 'run',
  section: 'interference',
  title: 'Where request time goes',
  question: 'What would users get back if they were alone?',
  howToRead:
    'All time between arrival and last token, divided without remainder. “Alone” is what the same requests would take on an empty replica with their adapter in host memory; everything else is lost to sharing. Left of zero is time won: adapters that were already on the GPU, which “alone” does not assume.',
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
    const ends = new Map<string, [below: number, above: number]>();
    for (let i = 0; i < breakdown.length; i++) {
      const total = totals.get(cohort[i])!;
      const look = REQUEST_PARTS[part[i] as keyof typeof REQUEST_PARTS];
      if (!(total > 0) || look === undefined) continue;
      const share = seconds[i] / total;
      const [below, above] = ends.get(cohort[i]) ?? [0, 0];
      const [from, to] = share < 0 ? [below + share, below] : [above, above + share];
      ends.set(cohort[i], share < 0 ? [from, above] : [below, to]);
      const name = cohort[i] === ALL ? 'all requests' : cohort[i];
      rows.push({ cohort: name, part: look.label, seconds: seconds[i], share, from, to });
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
                  "datum.cohort + ' · ' + datum.part + ' · ' + format(datum.share, '.1%') + ' · ' + format(datum.seconds, ',.0f') + ' s'",
                ),
              ],
              mark: { type: 'bar', stroke: theme.background, strokeWidth: 0.8, aria: true },
              encoding: {
                y,
                x: shareAxis('from', 'share of request time', reach(rows)),
                x2: { field: 'to' },
                color: colour('part', present(REQUEST_PARTS, rows, 'part'), theme),
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

/** The axis: 0 to 100%, further where steps were faster than alone. */
function reach(rows: readonly Row[]): [number, number] {
  const ends = rows.flatMap((row) => [Number(row.from), Number(row.to)]);
  return [Math.min(0, ...ends), Math.max(1, ...ends)];
}
