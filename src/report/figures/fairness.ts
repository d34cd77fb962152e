import type { Spec } from '../render.ts';
import { has, metric, numbers, type Table } from '../run-data.ts';
import { seriesLooks, type Theme } from '../theme.ts';
import { shareAxis } from './axes.ts';
import type { Figure } from './figure.ts';
import { distinct, panels } from './panels.ts';
import { plainLines } from './series.ts';

/** Points of the curve, evenly spaced in users. */
const POINTS = 100;

export const fairness: Figure<'run'> = {
  scope: 'run',
  section: 'interference',
  title: 'Fairness over users',
  question: 'How unevenly is service spread over users, and is anyone slowed more than others?',
  howToRead:
    'Users with at least one request, from least to most served; the curve says which share of all service the lowest part of them got. On the diagonal all get the same. The bend is mostly how unequally people ask (Gini); whether they are slowed alike is Jain’s index of their speed, 1 at best.',
  source: 'Lorenz 1905; Jain, Chiu, Hawe 1984; service weights of VTC (Sheng et al., OSDI 2024)',
  needs: ['users'],
  prepare({ users, summary }) {
    const rows = lorenz(users);
    const index = (name: string, label: string) => {
      const value = metric(summary, name);
      return Number.isFinite(value) ? [`${label} ${value.toFixed(3)}`] : [];
    };
    const note = [...index('gini_users', 'Gini of service'), ...index('jain_users', 'Jain’s index of speed')].join(
      '\n',
    );
    return rows.map((row, i) => ({ ...row, note: i === 0 ? note : null }));
  },
  spec(_rows, theme) {
    const x = shareAxis('users', 'share of users, least served first');
    const y = shareAxis('service', null);
    return panels(theme, [
      {
        title: 'share of service',
        height: 240,
        layer: [
          diagonal(theme, x, y),
          { mark: { type: 'area', opacity: 0.18, color: theme.swatches.blue }, encoding: { x, y } },
          { mark: { type: 'line', color: theme.swatches.blue }, encoding: { x, y } },
          {
            transform: [{ filter: 'isValid(datum.note)' }],
            mark: {
              type: 'text',
              align: 'left',
              baseline: 'top',
              lineBreak: '\n',
              lineHeight: 16,
              dx: 10,
              dy: 10,
              x: 0,
              y: 0,
            },
            encoding: { text: { field: 'note' } },
          },
        ],
      },
    ]);
  },
  across: {
    howToRead:
      'A curve a run: its users with at least one request, from least to most served, and which share of all service the lowest part of them got. On the dotted diagonal all get the same. The bend is mostly how unequally people ask: between runs with the same requests, a deeper one is unequal service.',
    prepare: (runs) =>
      runs.flatMap(({ label, tables }) => lorenz(tables.users).map((point) => ({ run: label, ...point }))),
    spec(rows, theme) {
      const [x, y] = [shareAxis('users', 'share of users, least served first'), shareAxis('service', null)];
      const looks = Object.values(seriesLooks(distinct(rows, 'run')));
      return panels(theme, [
        {
          title: 'share of service',
          height: 240,
          layer: [
            diagonal(theme, x, y),
            { mark: { type: 'line' }, encoding: plainLines('run', looks, theme, x, y, rows) },
          ],
        },
      ]);
    },
  },
};

/** Where all users got the same. */
const diagonal = (theme: Theme, x: Spec, y: Spec): Spec => ({
  data: {
    values: [
      { users: 0, service: 0 },
      { users: 1, service: 1 },
    ],
  },
  mark: { type: 'line', strokeDash: [2, 3], strokeWidth: 1.5, color: theme.muted },
  encoding: { x, y },
});

/** The curve: users with a request, least served first, against the share of service they got together. */
function lorenz(users: Table): { users: number; service: number }[] {
  if (!has(users, 'requests', 'service')) return [];
  const requests = numbers(users, 'requests');
  const served = Float64Array.from(numbers(users, 'service'))
    .filter((_, i) => requests[i] > 0)
    .sort();
  const total = served.reduce((sum, value) => sum + value, 0);
  if (served.length === 0 || !(total > 0)) return [];
  const points = [{ users: 0, service: 0 }];
  let sum = 0;
  let next = 1;
  served.forEach((value, i) => {
    sum += value;
    if (i + 1 < (next * served.length) / POINTS) return;
    points.push({ users: (i + 1) / served.length, service: sum / total });
    while (next <= ((i + 1) * POINTS) / served.length) next++;
  });
  return points;
}
