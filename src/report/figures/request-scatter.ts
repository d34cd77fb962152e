import { has, numbers, strings } from '../run-data.ts';
import { TIERS } from '../theme.ts';
import { countAxis } from './axes.ts';
import type { Figure, Row } from './figure.ts';
import { panels } from './panels.ts';
import { pointSeries, present } from './series.ts';

/** Points drawn; a uniform subset of the run's own uniform sample. */
const POINTS = 500;

export const requestScatter: Figure<'run'> = {
  scope: 'run',
  section: 'interference',
  title: 'Slowdown and popularity',
  question: 'Do users who are rarely seen pay for those who are not?',
  howToRead:
    'Sampled requests: to the right, users with more requests in the run; upwards, the time to the last token over what the request would take alone (both logarithmic). Colour and shape say where the adapter was found. Points far up on the left are rare users who waited for their adapter.',
  source: 'own',
  needs: ['requests', 'users'],
  prepare({ requests, users }) {
    if (!has(requests, 'user', 'slowdown', 'lookup_tier') || !has(users, 'user', 'requests')) return [];
    const slowdown = numbers(requests, 'slowdown');
    const kept: number[] = [];
    for (let i = 0; i < requests.length; i++) if (slowdown[i] > 0) kept.push(i);
    const every = Math.max(1, Math.ceil(kept.length / POINTS));
    const drawn = kept.filter((_, i) => i % every === 0);
    const user = numbers(requests, 'user');
    const wanted = new Set(drawn.map((i) => user[i]));
    const count = new Map<number, number>();
    const ids = numbers(users, 'user');
    const asked = numbers(users, 'requests');
    for (let u = 0; u < users.length; u++) if (wanted.has(ids[u])) count.set(ids[u], asked[u]);
    const tier = strings(requests, 'lookup_tier');
    return drawn.flatMap((i): Row[] => {
      const look = TIERS[tier[i] as keyof typeof TIERS];
      const seen = count.get(user[i]);
      return look === undefined || seen === undefined
        ? []
        : [{ user_requests: seen, slowdown: slowdown[i], tier: look.label }];
    });
  },
  spec(rows, theme) {
    const [x, y] = (['user_requests', 'slowdown'] as const).map((field) => rows.map((row) => Number(row[field])));
    return panels(theme, [
      {
        title: 'slowdown against being alone',
        height: 240,
        mark: { type: 'point', filled: true, size: 22, opacity: 0.65, clip: true },
        encoding: {
          x: countAxis('user_requests', 'requests of the user in the run', { log: true, values: x, grid: true }),
          y: countAxis('slowdown', null, { log: true, values: y }),
          ...pointSeries('tier', present(TIERS, rows, 'tier'), theme),
        },
      },
    ]);
  },
  across:
    'its colours are the tiers that requests of one run were served from; lookups-by-cohort and fairness set runs beside one another',
};
