/** Words of the grid of a sweep keep clear of one another, however narrow its columns are. */
import { expect, it } from 'vitest';
import { drawAll } from '../../../src/report/draw.ts';
import type { StudyRun } from '../../../src/report/run-data.ts';
import { colliding, layoutOf } from '../layout.ts';

const POLICIES = ['adapter-affinity', 'round-robin'];
const source = { kind: 'simulated', source: 'test' } as const;

/** Users × rank × routing: the price is the same whatever the rank, and so are hits for one policy. */
const runs = [200, 1000, 5000].flatMap((users) =>
  [8, 64].flatMap((rank) =>
    POLICIES.map((routing): StudyRun => {
      const row = (metric: string, unit: string, value: number) => ({
        ...{ metric, unit, value, cohort: 'all', n: 100, lo: null, hi: null },
      });
      return {
        label: '',
        params: { 'population.users': users, 'adapter.rank': rank, 'serving.routing': routing },
        summary: [
          row('ttft_ms_p99', 'ms', users * rank),
          row('hit_ratio_host', 'fraction', routing === 'round-robin' ? 0.5 : rank / 64),
          row('cost_usd_per_user_month', 'USD', 1e4 / users),
        ],
      };
    }),
  ),
);

it('columns have names that are broken where they are wide, level with one another', async () => {
  const [{ file, narrow }] = await drawAll('study', runs, source, { only: ['sweep-grid'], png: false });
  for (const svg of [file, narrow!]) {
    const layout = layoutOf(svg);
    expect(colliding(layout)).toEqual([]);
    const names = POLICIES.map((policy) => layout.texts.find(({ text }) => text.endsWith(policy))?.bottom);
    expect(names[1]).toBeCloseTo(names[0]!, 1);
    // The whole row coincides and says so once; of the other row one plot does.
    expect(layout.texts.filter(({ text }) => text.includes('month · all lines coincide'))).toHaveLength(1);
  }
});
