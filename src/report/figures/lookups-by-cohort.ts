import { has, numbers, strings } from '../run-data.ts';
import { TIERS } from '../theme.ts';
import { shareAxis } from './axes.ts';
import { seriesField } from './by-run.ts';
import type { Figure, Row } from './figure.ts';
import { stackedBars } from './stacked-bars.ts';

export const lookupsByCohort: Figure<'run'> = {
  scope: 'run',
  section: 'residency',
  title: 'Where lookups were served',
  question: 'Whose adapters are near, and whose have to travel?',
  howToRead:
    'One bar a cohort, all its lookups after warm-up: the parts say in which tier the adapter was found. A cohort whose users are rarely seen finds little on the GPU whatever the policy; compare cohorts of like traffic.',
  source: 'own',
  needs: ['cohorts'],
  prepare: ({ cohorts }) =>
    has(cohorts, 'cohort', ...COLUMNS)
      ? Array.from(strings(cohorts, 'cohort')).flatMap((cohort, c) =>
          parts({ cohort }, (column) => numbers(cohorts, column)[c]),
        )
      : [],
  spec: (rows, theme) =>
    stackedBars(rows, theme, {
      category: seriesField(rows, 'cohort'),
      part: 'tier',
      looks: TIERS,
      x: shareAxis('from', 'share of lookups'),
      amount: "format(datum.lookups, ',') + ' lookups'",
    }),
  across: {
    question: 'How near are the adapters that are asked for?',
    howToRead:
      'One bar a run, all its lookups after warm-up, of all cohorts: the parts say in which tier the adapter was found. What is left of the first two parts had to be read from disk or brought from the object store.',
    prepare: (runs) =>
      runs.flatMap(({ label, tables: { cohorts } }) =>
        has(cohorts, ...COLUMNS)
          ? parts({ run: label }, (column) => Array.from(numbers(cohorts, column)).reduce((sum, n) => sum + n, 0))
          : [],
      ),
  },
};

const COLUMNS = Object.keys(TIERS).map((tier) => `measured_lookups_${tier}`);

/** The parts of one bar, nearest tier first. */
function parts(bar: Row, count: (column: string) => number): Row[] {
  const counts = COLUMNS.map(count);
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (total === 0) return [];
  let from = 0;
  return Object.values(TIERS).map((look, i): Row => {
    const share = counts[i] / total;
    const row = { ...bar, tier: look.label, lookups: counts[i], share, from, to: from + share };
    from += share;
    return row;
  });
}
