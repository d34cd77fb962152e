import { countAxis } from './axes.ts';
import type { Figure } from './figure.ts';
import { CATALOG } from './scale-out.ts';
import { studyPlot, studyRows, sweptParameter } from './study.ts';

export const costPerUser: Figure<'study'> = {
  scope: 'study',
  section: 'study',
  title: 'Cost of a user',
  question: 'What does a personal model cost, shared and dedicated?',
  howToRead:
    'Rent of all GPUs and nodes over a month, divided by all users, against the number of users (both logarithmic). The dedicated line is one replica a user, paid whether used or not. The distance between the lines is what sharing one base saves.',
  source: 'own',
  needs: [],
  prepare(runs) {
    const x = sweptParameter(runs, CATALOG);
    if (x === undefined) return [];
    const shared = studyRows(runs, x, ['cost_usd_per_user_month']);
    // A dedicated replica costs the same whatever else was varied, unless the hardware was: one line for all series.
    const dedicated = studyRows(runs, x, ['dedicated_usd_per_user_month']);
    const prices = new Set(dedicated.map((row) => row.value));
    if (prices.size !== 1) return [...shared, ...dedicated];
    const xs = new Set(dedicated.map((row) => row.x));
    return [...shared, ...[...xs].map((at) => ({ ...dedicated[0], x: at, series: '' }))];
  },
  spec(rows, theme) {
    const dollars = (field: string, values: readonly number[]) => {
      const axis = countAxis(field, null, { log: true, values });
      return {
        ...axis,
        axis: {
          ...(axis.axis as object),
          labelExpr: "'$' + (datum.value >= 1000 ? format(datum.value, '~s') : format(datum.value, '~r'))",
        },
      };
    };
    return studyPlot(rows, theme, (values) => countAxis('x', 'users', { log: true, values, padding: 8 }), [
      {
        title: 'US dollars a user and month',
        height: 220,
        metrics: {
          cost_usd_per_user_month: 'shared base',
          dedicated_usd_per_user_month: 'a dedicated replica each',
        },
        y: dollars,
      },
    ]);
  },
};
